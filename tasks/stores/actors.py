"""Who did something, by name: what the audit trail and notes keep is a staff code, a login, or `user:` and a login."""

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select, true
from sqlalchemy.types import Text

from models.people.access import User
from models.people.tables import StaffMember

OF_A_USER = "user:"
"""Before the login of a user who acts under no staff code of an import: `SignedIn.works_as`."""


def actor_name(actor: SQLColumnExpression[str], store_id: SQLColumnExpression[int] | None = None) -> ColumnElement[str]:
    """The name behind a recorded actor: of the member of staff with the code in the store, of the only one with it
    anywhere, or of the user's; else the login or the name as it was recorded, without `user:`."""
    with_code = StaffMember.code == actor
    here = StaffMember.store_id == store_id if store_id is not None else true()
    in_store = select(func.min(StaffMember.name)).where(with_code, here).having(_one_name())
    anywhere = select(func.min(StaffMember.name)).where(with_code).having(_one_name())
    login = func.regexp_replace(actor, literal(f"^{OF_A_USER}", Text), literal("", Text), type_=Text)
    of_user = select(StaffMember.name).join(User, User.staff_id == StaffMember.id).where(User.login == login).limit(1)
    names = (query.scalar_subquery() for query in (in_store, anywhere, of_user))
    return func.regexp_replace(
        func.coalesce(*names, actor, type_=Text), literal(f"^{OF_A_USER}", Text), literal("", Text), type_=Text
    )


def _one_name() -> ColumnElement[bool]:
    return func.count(StaffMember.name.distinct()) == 1
