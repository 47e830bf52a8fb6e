"""What a task does when it reaches the desk it is for: its effects, each carried out where it belongs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Uuid, and_, any_, case, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.types import Text

from models.core.base import enumeration
from models.core.cadence import moment
from models.core.rows import AnySelect
from models.core.words import CaseState, SubjectKind
from models.kits.effects import OPEN_CASE
from models.ledger.cases import TITLES
from models.ledger.tables import Case, Touch
from models.people.tables import Store
from tasks.cases.deadlines import deadlines_everywhere
from tasks.ledger.case_owners import owner_for
from tasks.subjects.registry import action_of


def carry_out(connection: Connection, touch_ids: Sequence[UUID], now: datetime) -> None:
    """Carry out the effects of tasks: each for all of them at once, in the order of its name.

    Opening a case is the engine's; the others are those of the subjects' kits. Each is idempotent.
    """
    if not touch_ids:
        return
    chosen = Touch.id == any_(literal(list(touch_ids), ARRAY(Uuid)))
    for kind, effect in _effects(connection, chosen):
        if effect == OPEN_CASE:
            open_cases(connection, and_(chosen, Touch.subject_kind == kind), now)
        else:
            wanted = Touch.effects.contains(literal([{"do": effect}], JSONB))
            action_of(kind, effect)(connection, and_(chosen, Touch.subject_kind == kind, wanted), now)


def _effects(connection: Connection, chosen: ColumnElement[bool]) -> list[tuple[SubjectKind, str]]:
    """Which effects tasks have, and about which kinds of subjects."""
    each = func.jsonb_array_elements(Touch.effects).table_valued("value").render_derived()
    name = each.c.value.op("->>")("do")
    each_kind = select(Touch.subject_kind, name).select_from(Touch).join(each, true()).where(chosen).distinct()
    rows = connection.execute(each_kind.order_by(Touch.subject_kind, name))
    return [(SubjectKind(kind), effect) for kind, effect in rows]


def open_cases(connection: Connection, chosen: ColumnElement[bool], now: datetime) -> None:
    """Open the cases that tasks ask for; one that is open already stays as it is."""
    rows = _cases(connection, chosen, now)
    connection.execute(
        insert(Case).from_select([column.name for column in rows.selected_columns], rows).on_conflict_do_nothing()
    )


def _cases(connection: Connection, chosen: ColumnElement[bool], now: datetime) -> AnySelect:
    """The cases, titled in the store's language, with the deadlines of their kind."""
    deadlines = deadlines_everywhere(connection, now).subquery("deadlines")
    each = func.jsonb_array_elements(Touch.effects).table_valued("value").render_derived()
    wanted: ColumnElement[str] = each.c.value.op("->>", return_type=Text())("kind")
    titles = [
        (and_(wanted == literal(kind, Text), Store.language == language), literal(title, Text))
        for kind, by_language in TITLES.items()
        for language, title in by_language.items()
    ]
    return (
        select(
            Touch.store_id,
            Touch.customer_id,
            deadlines.c.kind,
            (literal("touch:", Text) + cast(Touch.id, Text)).label("cause"),
            case(*titles).label("title"),
            literal(CaseState.OPEN, enumeration(CaseState)).label("state"),
            moment(now).label("opened_at"),
            deadlines.c.answer_by,
            deadlines.c.solve_by,
            Touch.id.label("touch_id"),
            owner_for(wanted, Touch.store_id, Touch.customer_id, now, Touch.id).label("owner_id"),
        )
        .select_from(Touch)
        .join(each, true())
        .join(Store, Store.id == Touch.store_id)
        .join(deadlines, and_(deadlines.c.store_id == Store.id, cast(deadlines.c.kind, Text) == wanted))
        .where(chosen, each.c.value.op("->>", return_type=Text())("do") == OPEN_CASE)
    )
