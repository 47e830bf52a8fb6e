"""Kinds of work as conditions of a step: what the car is in for, or was."""

from models.core.words import Condition, WorkKind

OF_WORK = {kind: Condition(f"of-{kind}") for kind in WorkKind}
"""A step that asks for several is about each of them."""
