"""`aftercare leads`: who may buy, when each is to be called next, and what becomes of them.

`aftercare leads list --json` prints a list of objects, the one to be called first at the head: `id`, `key`, `store`,
`time_zone`, `customer_id`, `customer`, `urgency` (O, H, A, B), `state`, `model`, `source`, `salesperson` (staff code or
null), `salesperson_name`, `created_on`, `contacted_at`, `next_at`, `standing` (overdue, due, ahead, settled), `missed`
(calls), `expected_on`, `postponed_to`. `aftercare leads show --json` prints one such object as `item`, and beside it
what else is known: `came_in_at`, `first_contact_by`, `deposit`, `currency`, `test_drive_on`, `quoted_on`, `trades_in`,
`note`, `lost_kind`, `lost_reason`, `competitor`, `state_on`, `referred_by_id`, `referred_by`, `sources`, `visits`,
`touches`. Moments are store-local, ISO 8601, or null.
"""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection, select

from console.cli.session import Commands, Session, check_store, open_session, print_json, print_table, to_json
from console.shared.moments import local
from models.core.words import LeadState, LeadUrgency
from models.people.tables import CustomerKey, Store
from models.subjects.lead import LostKind
from tasks.access.reach import LARGEST_KEY
from tasks.explaining.finding import find_customer
from tasks.stores.staff import find_actor
from tasks.subjects.lead.adf import read_adf
from tasks.subjects.lead.board import (
    LeadDetails,
    LeadItem,
    LeadsWanted,
    check_lead,
    list_leads,
    read_lead,
    read_lead_day,
)
from tasks.subjects.lead.steering import (
    Ordered,
    give_lead,
    grade_lead,
    lose_lead,
    note_contact,
    postpone_lead,
    reopen_lead,
)
from tasks.subjects.lead.taking_in import NewLead, take_in, take_one

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Who may buy, and when each is to be called next.")

NOTHING_ACCEPTED = 1
"""The exit status when no lead of a file went in."""
DAY = ["%Y-%m-%d"]
Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_KEY, help="The lead's number.")]
By = Annotated[str, typer.Option(help="The staff code of whoever does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
InStore = Annotated[str | None, typer.Option(help="Only of the store with this code.")]
Whose = Annotated[str | None, typer.Option(help="Only of the salesperson with this staff code.")]
Class = Annotated[LeadUrgency, typer.Option("--class", help="O ordered, H within a week, A a month, B three months.")]


@app.command("list")
def list_them(
    store: InStore = None,
    salesperson: Whose = None,
    urgency: Annotated[LeadUrgency | None, typer.Option("--class", help="Only of this class.")] = None,
    state: Annotated[LeadState, typer.Option(help="Only in this state.")] = LeadState.OPEN,
    as_json: AsJson = False,
) -> None:
    """List leads, the one to be called first at the head."""
    with open_session() as session:
        check_store(session.connection, store)
        items = list_leads(session.connection, LeadsWanted(store, salesperson, urgency, state), session.now)
    _print("Leads", items, as_json)


@app.command()
def day(store: InStore = None, salesperson: Whose = None, as_json: AsJson = False) -> None:
    """List who is to be called today, and who was to be called before."""
    with open_session() as session:
        check_store(session.connection, store)
        items = read_lead_day(session.connection, LeadsWanted(store, salesperson), session.now, LARGEST_KEY)
    _print("Leads of today", items, as_json)


def _print(title: str, items: list[LeadItem], as_json: bool) -> None:
    if as_json:
        print_json([to_json(item) for item in items])
        return
    columns = (
        "id",
        "class",
        "state",
        "customer",
        "model",
        "store",
        "salesperson",
        "came in",
        "next call",
        "",
        "source",
    )
    print_table(title, columns, [_row(item) for item in items])


def _row(item: LeadItem) -> tuple[str, ...]:
    standing = f"overdue, missed {item.missed}" if item.missed else str(item.standing)
    return (
        str(item.id), item.urgency, item.state, item.customer, item.model or "", item.store, item.salesperson or "",
        item.created_on.isoformat(), local(item.next_at, item.time_zone), standing, item.source or "",
    )  # fmt: skip


@app.command()
def show(lead: Id, as_json: AsJson = False) -> None:
    """Show one lead with all that is known of it."""
    with open_session() as session:
        found = read_lead(session.connection, None, lead, session.now)
    if as_json:
        print_json(_details(found))
        return
    _print(f"Lead {lead}", [found.item], as_json=False)
    for name, value in _details(found).items():
        if name not in ("item", "store_id", "touches", "sources", "visits") and value is not None:
            said = local(value, found.time_zone) if isinstance(value, datetime) else value
            typer.echo(f"{name.replace('_', ' ')}: {said}")
    for further in found.sources:
        typer.echo(f"came in again on {further.came_in_on} by {further.source or '?'}")
    for visit in found.visits:
        typer.echo(f"in the showroom on {visit}")
    rows = [
        (local(touch.at, found.item.time_zone), touch.kind, touch.step, touch.state, touch.outcome or "")
        for touch in found.touches
    ]
    print_table("Contacts", ("at", "what", "step", "state", "outcome"), rows)


def _details(found: LeadDetails) -> dict[str, object]:
    zone = ZoneInfo(found.time_zone)
    touches = [asdict(touch) | {"at": touch.at.astimezone(zone)} for touch in found.touches]
    return to_json(found) | {"item": to_json(found.item), "touches": touches}


@app.command()
def new(
    by: By,
    name: Annotated[str | None, typer.Option(help="Who it is, if they are not on record.")] = None,
    phone: Annotated[str | None, typer.Option(help="Their number.")] = None,
    email: Annotated[str | None, typer.Option(help="Their e-mail address.")] = None,
    customer: Annotated[str | None, typer.Option(help="A key, a number or a name of a customer on record.")] = None,
    store: Annotated[str | None, typer.Option(help="The store's code; there may be only one.")] = None,
    urgency: Class = LeadUrgency.WITHIN_A_MONTH,
    model: Annotated[str | None, typer.Option(help="The model that they want.")] = None,
    source: Annotated[str | None, typer.Option(help="Where they came from, such as walk-in.")] = None,
    salesperson: Annotated[str | None, typer.Option(help="The staff code of who sells.")] = None,
    referred_by: Annotated[str | None, typer.Option(help="The key of the customer who sent them.")] = None,
    note: Annotated[str | None, typer.Option(help="What they said.")] = None,
) -> None:
    """Write a lead down. A customer who has an open lead keeps the one, with both sources."""
    if customer is None and (name is None or (phone is None and email is None)):
        raise typer.BadParameter("say who it is: --customer, or --name and --phone or --email")
    with open_session() as session:
        code = _store(session, store)
        place = session.connection.execute(select(Store.id).where(Store.code == code)).scalar_one()
        find_actor(session.connection, by, place)
        written = NewLead(
            key=f"form:{uuid4()}", urgency=urgency, came_in_at=session.now,
            customer=_key(session.connection, customer) if customer is not None else None, name=name, phone=phone,
            email=email, model=model, source=source, salesperson=salesperson, referred_by=referred_by, note=note,
        )  # fmt: skip
        lead = take_one(session.connection, written, store=code, now=session.now, settings=session.settings)
        item = read_lead(session.connection, None, lead, session.now).item
    typer.echo(f"Lead {lead} of {item.customer} is on record. To be called by {local(item.next_at, item.time_zone)}.")


def _store(session: Session, store: str | None) -> str:
    check_store(session.connection, store)
    codes = session.connection.scalars(select(Store.code).order_by(Store.code)).all()
    if store is None and len(codes) != 1:
        raise typer.BadParameter(f"say which store, with --store: {', '.join(codes)}")
    return store or codes[0]


def _key(connection: Connection, customer: str) -> str:
    """A key of the customer whom a text names."""
    customer_id = find_customer(connection, customer)
    return connection.execute(
        select(CustomerKey.key).where(CustomerKey.customer_id == customer_id).order_by(CustomerKey.key).limit(1)
    ).scalar_one()


@app.command()
def adf(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="An XML file, or an e-mail with one in it.")
    ],
    store: Annotated[str | None, typer.Option(help="The store's code; there may be only one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take leads in from an ADF file. Exits with 0 if any is on record, 1 if none, 2 if it is no ADF."""
    content = file.read_bytes()
    with open_session() as session:
        leads, unreadable = read_adf(content, str(file), session.now)
        code = _store(session, store)
        taken = take_in(session.connection, leads, store=code, now=session.now, settings=session.settings)
    counts = taken.counts
    accepted = counts.inserted + counts.changed + counts.unchanged + counts.repeated
    told = [f"prospect {one.number}, {one.field}: {one.reason}" for one in unreadable]
    told += [f"prospect {one.row}, {one.reason}" for one in taken.rejects]
    if as_json:
        print_json({
            "accepted": accepted, "inserted": counts.inserted, "repeated": counts.repeated, "rejects": told,
        })  # fmt: skip
    else:
        typer.echo(
            f"{counts.inserted} new, {counts.repeated} of customers with an open lead, {counts.unchanged} known."
        )
        for line in told:
            typer.echo(f"{file}: {line}")
    if not accepted:
        raise typer.Exit(NOTHING_ACCEPTED)


@app.command()
def grade(
    lead: Id,
    by: By,
    urgency: Class,
    deposit: Annotated[str | None, typer.Option(help="Of class O: what was paid, such as 5000.")] = None,
    currency: Annotated[str, typer.Option(help="Of the deposit.")] = "CNY",
) -> None:
    """Set the class of a lead anew."""
    with open_session() as session:
        ordered = Ordered(_amount(deposit), currency) if deposit is not None else None
        warning = grade_lead(session.connection, lead, urgency, session.now, _actor(session, lead, by), ordered)
    typer.echo(f"Lead {lead} is of class {urgency}.")
    if warning is not None:
        typer.echo(warning.say("en", session.settings.zone))


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise typer.BadParameter(f"'{text}' is not an amount such as 5000.00") from error
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"'{text}' is not an amount from 0 on")
    return amount


@app.command()
def contacted(lead: Id, by: By, note: Annotated[str | None, typer.Option(help="What was said.")] = None) -> None:
    """Record that the customer was reached today: the next call counts from now."""
    with open_session() as session:
        note_contact(session.connection, lead, session.now, _actor(session, lead, by), note)
    typer.echo(f"Lead {lead}: reached today.")


@app.command()
def postpone(
    lead: Id, by: By, until: Annotated[datetime, typer.Option("--to", formats=DAY, help="No call before that day.")]
) -> None:
    """Put a lead off to a day that the customer named."""
    with open_session() as session:
        postpone_lead(session.connection, lead, until.date(), session.now, _actor(session, lead, by))
    typer.echo(f"Lead {lead} is put off to {until:%Y-%m-%d}.")


@app.command()
def give(lead: Id, by: By, to: Annotated[str, typer.Option(help="The staff code of who sells.")]) -> None:
    """Give a lead to a salesperson."""
    with open_session() as session:
        give_lead(session.connection, lead, to, session.now, _actor(session, lead, by))
    typer.echo(f"Lead {lead} is {to}'s.")


@app.command()
def lose(
    lead: Id,
    by: By,
    why: Annotated[LostKind, typer.Option(help="The kind of reason.")],
    competitor: Annotated[str | None, typer.Option(help="The make or the dealer that won the customer.")] = None,
    words: Annotated[str | None, typer.Option(help="The reason in words.")] = None,
) -> None:
    """Record that the customer does not buy here; the manager confirms why."""
    with open_session() as session:
        actor = _actor(session, lead, by)
        lose_lead(session.connection, lead, why, session.now, actor, competitor=competitor, words=words)
    typer.echo(f"Lead {lead} is lost: {why}.")


@app.command()
def reopen(lead: Id, by: By) -> None:
    """Take a lead up again that was lost or had expired."""
    with open_session() as session:
        reopen_lead(session.connection, lead, session.now, _actor(session, lead, by))
    typer.echo(f"Lead {lead} is open.")


def _actor(session: Session, lead: int, by: str) -> str:
    """The staff code of who acts, which must be one of the lead's store."""
    return find_actor(session.connection, by, check_lead(session.connection, None, lead)).code
