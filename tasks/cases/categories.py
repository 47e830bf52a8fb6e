"""The categories of each store's cases: the shipped list, with what the store has of its own (R10)."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from models.core.base import LONGEST_WORD
from models.core.errors import InvalidInput
from models.ledger.case_causes import Category, lacks_at_closing, shipped_categories
from models.ledger.tables import CaseCategory
from tasks.ledger import audit
from tasks.stores.staff import find_actor


class UnknownCategory(InvalidInput):
    """The store has no such category of cases."""

    field = "category"

    def __init__(self, category: str, known: list[str]) -> None:
        self.category, self.known = category, ", ".join(known)
        super().__init__(f"There is no category '{category}' of cases; expected one of {self.known}.")


class BadCategory(InvalidInput):
    """A category needs a key of small letters and a name."""

    field = "key"

    def __init__(self) -> None:
        super().__init__(
            f"A category needs a name, and a key of at most {LONGEST_WORD} small letters, digits and hyphens."
        )


class CauseMissing(InvalidInput):
    """The category of the case asks for a cause and a measure before it is closed."""

    def __init__(self, case_id: int, lacking: list[str]) -> None:
        self.case_id, self.lacking = case_id, lacking
        super().__init__(f"Case {case_id} is closed only with its {' and '.join(lacking)}: its category asks for it.")


def list_categories(connection: Connection, store_id: int) -> list[Category]:
    """The categories of a store's cases: the shipped ones as the store has them, then its own."""
    rows = connection.execute(
        select(CaseCategory.key, CaseCategory.name, CaseCategory.asks_cause, CaseCategory.active)
        .where(CaseCategory.store_id == store_id)
        .order_by(CaseCategory.key)
    ).all()
    own = {row.key: Category(row.key, {"zh-CN": row.name, "en": row.name}, row.asks_cause) for row in rows}
    gone = {row.key for row in rows if not row.active}
    shipped = [own.get(one.key, one) for one in shipped_categories()]
    more = [one for key, one in own.items() if key not in {each.key for each in shipped}]
    return [one for one in (*shipped, *more) if one.key not in gone]


def check_category(connection: Connection, store_id: int, key: str) -> None:
    """Raises `UnknownCategory`."""
    known = [one.key for one in list_categories(connection, store_id)]
    if key not in known:
        raise UnknownCategory(key, known)


def check_closing(
    connection: Connection, case_id: int, store_id: int, category: str | None, cause: str | None, measure: str | None
) -> None:
    """Whether a case says enough to be closed. Raises `CauseMissing`."""
    found = next((one for one in list_categories(connection, store_id) if one.key == category), None)
    lacking = lacks_at_closing(found.asks_cause, cause, measure) if found is not None else []
    if lacking:
        raise CauseMissing(case_id, lacking)


def set_category(
    connection: Connection, store_id: int, category: Category, now: datetime, staff_code: str, *, active: bool = True
) -> None:
    """Add a category to a store's list, or change one of it; `active` False leaves it out from now on.

    Raises `BadCategory`, `UnknownStaff`, `InactiveStaff`.
    """
    key, name = category.key.strip(), category.names["en"].strip()
    letters = key.replace("-", "")
    if not name or not letters.isalnum() or not key.isascii() or key != key.lower() or len(key) > LONGEST_WORD:
        raise BadCategory
    actor = find_actor(connection, staff_code, store_id)
    values = {"name": name, "asks_cause": category.asks_cause, "active": active}
    made = insert(CaseCategory).values(store_id=store_id, key=key, **values)
    connection.execute(made.on_conflict_do_update(index_elements=["store_id", "key"], set_=values))
    audit.record(connection, now, actor.code, "case-category.set", "case-category", f"{store_id}:{key}", None, values)
