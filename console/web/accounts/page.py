"""Accounts: the ageing of what is open, who is on hold, and one account with what can be done about it."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from nicegui import ui
from sqlalchemy import Connection

from console.web.accounts.forms import draw_forms
from console.web.authentication.viewer import Viewer
from console.web.parts.frame import page
from console.web.parts.tables import Cell, show_table
from models.core.reasons import read_reason
from models.core.shown import show_day, show_month
from models.messages.letters import write_money
from models.people.permissions import Permission
from tasks.access.sessions import SignedIn
from tasks.customers.accounts.statements import StatementItem, list_statements
from tasks.subjects.account.ageing import (
    AccountItem,
    AgeingLine,
    ArrangementItem,
    Per,
    list_accounts,
    read_account,
    read_ageing,
)

SPANS = ("not_due", "days_0_30", "days_31_60", "over_60", "disputed", "total")
MOST_SHOWN = 200
MOST_STATEMENTS = 12
STANDS = {True: "agrees", False: "differs", None: "not_answered"}


@page("/accounts", Permission.WORK_ACCOUNTS, "frame.accounts")
async def show_accounts(viewer: Viewer, per: str = Per.ACCOUNT.value) -> None:
    """Who is on hold, and how old what is open is."""
    ui.link(viewer.say("meeting.collection"), "/accounts/collection")
    items = await viewer.read(list_accounts, viewer.now, store=viewer.user.store)
    _heading(viewer.say("accounts.held_or_arranged"))
    if items:
        headings = [viewer.say(f"accounts.{name}") for name in ("account", "customer", "state")]
        show_table(viewer.say("accounts.held_or_arranged"), headings, [_account_row(viewer, item) for item in items])
    else:
        ui.label(viewer.say("accounts.nobody_held")).classes("quiet")
    _heading(viewer.say("accounts.ageing"))
    chosen = Per(per) if per in tuple(Per) else Per.ACCOUNT
    with ui.row().props(f'role=group aria-label="{viewer.say("accounts.ageing")}"'):
        for one in Per:
            link = ui.link(viewer.say(f"accounts.per_{one}"), f"/accounts?per={one}")
            if one is chosen:
                link.props('aria-current="true"').classes("text-bold")
    lines = await viewer.read(read_ageing, viewer.now, chosen, viewer.user.store)
    _show_ageing(viewer, lines, chosen)


def _heading(text: str) -> None:
    ui.label(text).props("role=heading aria-level=2").classes("text-h6 q-mt-md")


def _account_row(viewer: Viewer, item: AccountItem) -> list[Cell]:
    return [
        partial(ui.link, f"{item.key} · {item.store}", f"/accounts/{item.id}"),
        partial(ui.link, item.customer, f"/customers/{item.customer_id}"),
        "; ".join(state_of(viewer, item)),
    ]


def state_of(viewer: Viewer, item: AccountItem) -> list[str]:
    """What holds an account, and what is arranged about it, in the viewer's language."""
    said = []
    if item.held_since is not None:
        day = show_day(item.held_since)
        because = read_reason(item.hold_reason).say(viewer.language) if item.hold_reason else ""
        said.append(viewer.say("accounts.held_since", day=day, because=because))
    return said + [arranged(viewer, one) for one in item.arrangements]


def arranged(viewer: Viewer, one: ArrangementItem) -> str:
    """One arrangement in the viewer's language."""
    what = viewer.word(one.kind) + (f" {one.invoice}" if one.invoice else "")
    return viewer.say("accounts.arranged", what=what, day=show_day(one.ends_on), reason=one.reason or "")


def _show_ageing(viewer: Viewer, lines: Sequence[AgeingLine], per: Per = Per.ACCOUNT) -> None:
    if not lines:
        ui.label(viewer.say("accounts.nothing_open")).classes("quiet")
        return
    headings = [viewer.say("accounts.whose"), *(viewer.say(f"accounts.{name}") for name in SPANS)]
    show_table(viewer.say("accounts.ageing"), headings, [ageing_row(viewer, line, per) for line in lines[:MOST_SHOWN]])
    if len(lines) > MOST_SHOWN:
        ui.label(viewer.say("accounts.more", count=len(lines) - MOST_SHOWN)).classes("quiet")


def _whose(viewer: Viewer, line: AgeingLine, per: Per) -> tuple[str, str | None]:
    if per is Per.CAUSE:
        return (viewer.word(line.key) if line.key else viewer.say("accounts.cause_unknown"), None)
    return (line.name or viewer.say("accounts.sold_by_nobody"), line.key)


def ageing_row(viewer: Viewer, line: AgeingLine, per: Per = Per.ACCOUNT) -> list[Cell]:
    """A line of the ageing, whose amounts are in one currency."""
    name = " ".join(filter(None, (*_whose(viewer, line, per), line.store)))
    whose: Cell = partial(ui.link, name, f"/accounts/{line.account_id}") if line.account_id else name
    return [whose, *(write_money(getattr(line, span), line.currency) for span in SPANS)]


def _show_statements(viewer: Viewer, statements: Sequence[StatementItem]) -> None:
    """The monthly statements, and what the customer said of each."""
    if not statements:
        return
    headings = [viewer.say(f"accounts.{name}") for name in ("month", "was_open", "answer", "difference")]
    rows: list[list[Cell]] = [
        [
            show_month(one.month),
            " + ".join(write_money(Decimal(total), currency) for currency, total in sorted(one.totals.items())),
            viewer.say(f"accounts.{STANDS[one.agrees]}"),
            partial(ui.link, one.difference or f"{one.case_id}", f"/cases/{one.case_id}") if one.case_id else "",
        ]
        for one in statements[:MOST_STATEMENTS]
    ]
    _heading(viewer.say("accounts.statements"))
    show_table(viewer.say("accounts.statements"), headings, rows)


@page("/accounts/{account_id}", Permission.WORK_ACCOUNTS, "frame.accounts")
async def show_account(viewer: Viewer, account_id: int) -> None:
    """One account: what it owes, its state, and what can be done."""
    ui.link(viewer.say("accounts.back"), "/accounts")

    @ui.refreshable
    async def shown() -> None:
        item, lines, statements = await viewer.read(_read, viewer.user, viewer, account_id)
        ui.label(f"{viewer.word('account')} {item.key}").props("role=heading aria-level=2").classes("text-h5")
        ui.link(item.customer, f"/customers/{item.customer_id}")
        if item.unpaid_because is not None:
            ui.label(viewer.say("accounts.unpaid", because=viewer.word(item.unpaid_because)))
        for sentence in state_of(viewer, item) or [viewer.say("accounts.as_usual")]:
            ui.label(sentence).props("role=status")
        _show_ageing(viewer, lines)
        _show_statements(viewer, statements)
        draw_forms(viewer, item, shown.refresh)

    await shown()


def _read(
    connection: Connection, user: SignedIn, viewer: Viewer, account_id: int
) -> tuple[AccountItem, list[AgeingLine], list[StatementItem]]:
    item, lines = read_account(connection, viewer.now, account_id, user.store_id)
    return item, lines, list_statements(connection, account_id=account_id)
