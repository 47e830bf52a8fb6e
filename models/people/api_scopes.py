"""What a program with a key may ask of the API."""

from enum import StrEnum


class ApiScope(StrEnum):
    """One thing that a key is for, beside writing facts, for which import kinds name scopes of their own.

    A key has the scopes it was made with, and no others.
    """

    PROCESSES_START = "processes:start"
    TOUCHES_READ = "touches:read"
    RUNS_READ = "runs:read"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    """Make, submit, launch, pause and cancel; approving takes a person."""


OF_EVERY_STORE = frozenset({ApiScope.PROCESSES_START, ApiScope.RUNS_READ})
"""A run goes over all stores, so a key of one store neither starts nor reads one."""
