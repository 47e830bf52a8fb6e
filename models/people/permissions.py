"""What each role may see and do in the console."""

from enum import StrEnum

from models.core.words import MANAGING, Role


class Permission(StrEnum):
    """One permission. A user of one store has it for that store's data only."""

    SEE_TODAY = "see-today"
    SEE_RUNS = "see-runs"
    STEER_RUNS = "steer-runs"
    """Start, rehearse, cancel and retry runs."""
    STEER_SCHEDULES = "steer-schedules"
    """Pause and resume processes and channels."""
    WORK_CALLS = "work-calls"
    ASSIGN_CALLS = "assign-calls"
    SEE_CUSTOMERS = "see-customers"
    CHANGE_CONSENT = "change-consent"
    EXPORT_CUSTOMERS = "export-customers"
    ERASE_CUSTOMERS = "erase-customers"
    IMPORT_FILES = "import-files"
    """Import files of other systems. A file may be about every store, so it takes a user of all of them."""
    SEE_TOUCHES = "see-touches"
    SETTLE_TOUCHES = "settle-touches"
    WORK_CASES = "work-cases"
    """Cases that the user owns or nobody owns."""
    MANAGE_CASES = "manage-cases"
    """All cases."""
    WORK_INBOX = "work-inbox"
    """See what customers said, write it down, take it and answer it."""
    WORK_LEADS = "work-leads"
    """See who may buy, write a lead down, grade it, put it off, lose it."""
    WORK_ACCOUNTS = "work-accounts"
    """See what accounts owe; hold and release them, and arrange when they are chased."""
    DECIDE = "decide"
    """See what waits for approval. Each touch names the roles that may decide."""
    SEE_POLICIES = "see-policies"
    CHANGE_POLICIES = "change-policies"
    CHANGE_TEMPLATES = "change-templates"
    SEE_CAMPAIGNS = "see-campaigns"
    MAKE_CAMPAIGNS = "make-campaigns"
    """Write, submit, launch, pause and cancel them."""
    APPROVE_CAMPAIGNS = "approve-campaigns"
    """Campaigns by other people."""
    SEE_HEALTH = "see-health"
    MANAGE_ACCESS = "manage-access"
    """Users and API keys."""


AT_THE_PHONE = frozenset(
    {
        Permission.SEE_TODAY,
        Permission.WORK_CALLS,
        Permission.SEE_CUSTOMERS,
        Permission.CHANGE_CONSENT,
        Permission.WORK_CASES,
        Permission.WORK_INBOX,
    }
)
EVERYTHING = frozenset(Permission)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AGENT: AT_THE_PHONE,
    Role.ADVISOR: AT_THE_PHONE,
    Role.SALES: AT_THE_PHONE | {Permission.WORK_LEADS},
    Role.FRONT_DESK: AT_THE_PHONE | {Permission.WORK_LEADS},
    Role.WORKSHOP: frozenset({Permission.SEE_TODAY, Permission.WORK_CALLS}),
    Role.PARTS: frozenset({Permission.SEE_TODAY, Permission.WORK_CALLS}),
    Role.FINANCE: AT_THE_PHONE
    | {
        Permission.SEE_TOUCHES,
        Permission.SETTLE_TOUCHES,
        Permission.DECIDE,
        Permission.SEE_POLICIES,
        Permission.WORK_ACCOUNTS,
    },
    Role.MARKETING: frozenset(
        {
            Permission.SEE_TODAY,
            Permission.WORK_CALLS,
            Permission.SEE_CUSTOMERS,
            Permission.SEE_TOUCHES,
            Permission.SEE_POLICIES,
            Permission.CHANGE_TEMPLATES,
            Permission.SEE_CAMPAIGNS,
            Permission.MAKE_CAMPAIGNS,
        }
    ),
    **dict.fromkeys(
        MANAGING, EVERYTHING - {Permission.STEER_SCHEDULES, Permission.SEE_HEALTH, Permission.MANAGE_ACCESS}
    ),
    Role.ADMIN: EVERYTHING,
    Role.OPERATOR: frozenset(
        {
            Permission.SEE_TODAY,
            Permission.SEE_RUNS,
            Permission.STEER_RUNS,
            Permission.STEER_SCHEDULES,
            Permission.SEE_HEALTH,
        }
    ),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role may do something."""
    return permission in PERMISSIONS[role]
