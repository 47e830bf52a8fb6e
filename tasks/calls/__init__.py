"""The calls and desk tasks of staff: who is given which, what to say, and what came of it."""

from tasks.calls.listing import CallItem, list_calls
from tasks.calls.recording import CallRecorded, finish_task, record_outcome

__all__ = ["CallItem", "CallRecorded", "finish_task", "list_calls", "record_outcome"]
