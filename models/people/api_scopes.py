"""The scopes of API keys."""

from enum import StrEnum


class ApiScope(StrEnum):
    """One scope of a key. Scopes for writing facts are named by the import kinds.

    A key has exactly the scopes it was created with.
    """

    PROCESSES_START = "processes:start"
    TOUCHES_READ = "touches:read"
    RUNS_READ = "runs:read"
    INBOUND_READ = "inbound:read"
    INBOUND_WRITE = "inbound:write"
    """Write down what a customer said. Only a person can take and answer it."""
    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    """Open complaints, say what they are about, and open them again. Only a person can answer, solve and close."""
    ACCOUNTS_READ = "accounts:read"
    """What accounts owe, and how old it is. The scope of the facts, `accounts:write`, holds and releases them."""
    OWNERS_READ = "owners:read"
    """Whose customer somebody is."""
    OWNERS_WRITE = "owners:write"
    """Set owners, hand desks over and take that back."""
    STAFF_READ = "staff:read"
    """How staff are told of their work."""
    STAFF_WRITE = "staff:write"
    """Set it: what a store allows, and what somebody has chosen."""
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    """Create, submit, launch, pause and cancel. Only a person can approve."""


OF_EVERY_STORE = frozenset({ApiScope.PROCESSES_START, ApiScope.RUNS_READ})
"""A run covers all stores, so a key of one store can neither start nor read one."""
