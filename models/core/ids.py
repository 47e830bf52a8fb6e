"""What a row is known by. Each is a type of its own, so that one is never taken for another."""

from typing import NewType
from uuid import UUID

TouchId = NewType("TouchId", UUID)
StaffId = NewType("StaffId", int)
CustomerId = NewType("CustomerId", int)
