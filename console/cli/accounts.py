"""`aftercare accounts`: what accounts owe, who is on hold, and what is arranged about it.

`aftercare accounts list --json` prints a list of objects: `id`, `key`, `store`, `time_zone`, `customer_id`, `customer`,
`held_since` (a day, or null), `hold_reason` (code or free words, or null), `unpaid_because` (or null) and
`arrangements`, a list of `id`, `kind` (`dispute`, `block` or `instalments`), `invoice` (its number, or null),
`starts_on`, `ends_on` and `reason`.
`aftercare accounts list --ageing --json` prints a list of objects, one for each of what `--per` names and currency:
`store`, `key` (of the account, the staff code of who sold, or the cause; null of a store), `name`, `customer_id`,
`account_id`, `currency`, the amounts `not_due`, `days_0_30`, `days_31_60`, `over_60`, `disputed` and `total` (without
what is disputed) as texts, and `oldest_due`.
`aftercare accounts collect --json` prints an object: `since`, `until` (exclusive) and `lines`, a list of objects, the
oldest debt first: `store`, `account_id`, `key`, `customer_id`, `customer`, `overdue` (amounts as texts, by currency),
`oldest_due`, `days`, `salespeople`, `unpaid_because`, `held`, `arranged`, `promised_for`, `broken`, `part_due_on`,
`next_step`, `next_at` and `time_zone`.
`aftercare accounts statements --json` prints a list of objects: `id`, `store`, `time_zone`, `account_id`, `account`,
`customer_id`, `customer`, `month` (its first day), `totals` (as texts, by currency), `answered_at`, `agrees` (null: no
answer yet), `difference` and `case_id`.
"""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from console.cli.session import Commands, Session, check_store, open_session, print_json, print_table, to_json
from console.shared.lists_as_tables import collection_rows, write_csv
from models.core.errors import InvalidInput
from models.core.reasons import read_reason
from models.messages.letters import write_money
from models.subjects.account import UnpaidBecause
from tasks.customers.accounts.arranging import Part, end_arrangement, set_block, set_dispute, set_instalments
from tasks.customers.accounts.holding import Found, find_account, hold_account, release_account, say_why_unpaid
from tasks.customers.accounts.statements import list_statements
from tasks.subjects.account.ageing import AccountItem, AgeingLine, Per, list_accounts, read_ageing
from tasks.subjects.account.collecting import read_collection

app = typer.Typer(cls=Commands, no_args_is_help=True, help="What accounts owe, and who is on hold.")

DAY = ["%Y-%m-%d"]
Key = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's key.")]
By = Annotated[str, typer.Option(help="The staff code of who does it.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Until = Annotated[datetime, typer.Option(formats=DAY, help="The last day of it.")]
OfStore = Annotated[str | None, typer.Option("--store", help="The store's code, where several have such an account.")]
AMOUNTS = ("not_due", "days_0_30", "days_31_60", "over_60", "disputed", "total")


class UnreadablePart(InvalidInput):
    """An instalment that cannot be read."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(f"'{part}' is no instalment; expected a day and an amount, such as 2026-04-01=300.00.")


@app.command("list")
def list_them(
    ageing: Annotated[bool, typer.Option("--ageing", help="How old what is open is, instead.")] = False,
    per: Annotated[Per, typer.Option(help="What a line of the ageing is about.")] = Per.ACCOUNT,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the accounts on hold and those about which something is arranged; or the ageing of all that is open."""
    with open_session() as session:
        check_store(session.connection, store)
        if ageing:
            _print_ageing(read_ageing(session.connection, session.now, per, store), as_json=as_json)
        else:
            _print_accounts(list_accounts(session.connection, session.now, store=store), as_json=as_json)


def _print_ageing(lines: list[AgeingLine], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(line) for line in lines])
        return
    columns = (
        "store",
        "who",
        "name",
        "not due",
        "0-30 days",
        "31-60 days",
        "over 60",
        "disputed",
        "total",
        "oldest due",
    )
    rows = [
        (
            line.store,
            line.key or "",
            line.name,
            *(write_money(getattr(line, name), line.currency) for name in AMOUNTS),
            str(line.oldest_due or ""),
        )
        for line in lines
    ]
    print_table("Ageing", columns, rows, lines=False)


def _print_accounts(items: list[AccountItem], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(item) for item in items])
        return
    rows = [
        (
            item.key,
            item.store,
            item.customer,
            str(item.held_since or ""),
            str(read_reason(item.hold_reason)) if item.hold_reason else "",
            "\n".join(
                f"{one.id}: {one.kind}{f' of {one.invoice}' if one.invoice else ''} until {one.ends_on}"
                f" ({one.reason or ''})"
                for one in item.arrangements
            ),
        )
        for item in items
    ]
    print_table("Accounts", ("account", "store", "customer", "on hold since", "because", "arranged"), rows)


def _locked(session: Session, key: str, store: str | None) -> Found:
    check_store(session.connection, store)
    return find_account(session.connection, key, session.now, store)


@app.command()
def collect(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write it as a CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List whom to see about money this week: what is overdue, why, and what comes next."""
    with open_session() as session:
        check_store(session.connection, store)
        listed = read_collection(session.connection, session.now, store)
    if as_json:
        print_json({**asdict(listed), "lines": [to_json(line) for line in listed.lines]})
    elif csv_file is not None:
        write_csv(csv_file, collection_rows(listed, "en"))
        typer.echo(f"{len(listed.lines)} accounts are in {csv_file}.")
    else:
        heading, *rows = collection_rows(listed, "en")
        print_table(f"Collection, week of {listed.since}", heading, rows)


@app.command()
def statements(
    month: Annotated[
        datetime | None, typer.Option(formats=DAY, help="A day of the month; by default the latest.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False,
) -> None:
    """List the monthly statements, and what customers say of them; those that differ come first."""
    with open_session() as session:
        check_store(session.connection, store)
        found = list_statements(session.connection, store=store, month=month.date() if month else None)
    if as_json:
        print_json([to_json(one) for one in found])
        return
    rows = [
        (
            one.account,
            one.store,
            one.customer,
            f"{one.month:%Y-%m}",
            " + ".join(f"{currency} {total}" for currency, total in sorted(one.totals.items())) or "nothing",
            {True: "agrees", False: "differs", None: "no answer yet"}[one.agrees],
            str(one.case_id or ""),
            one.difference or "",
        )
        for one in found
    ]
    columns = ("account", "store", "customer", "month", "open", "the customer", "case", "what differs")
    print_table("Statements", columns, rows)


@app.command()
def because(
    account: Key,
    cause: Annotated[UnpaidBecause, typer.Argument(metavar="CAUSE", help=f"Why: {', '.join(UnpaidBecause)}.")],
    by: By,
    store: OfStore = None,
) -> None:
    """Say why an account is not paid, for the weekly talk."""
    with open_session() as session:
        say_why_unpaid(session.connection, _locked(session, account, store), cause, session.now, by)
    typer.echo(f"Account {account} is not paid because: {cause}.")


@app.command()
def hold(account: Key, reason: Reason, by: By, store: OfStore = None) -> None:
    """Put an account on hold. It stays so until it is released by hand."""
    with open_session() as session:
        hold_account(session.connection, _locked(session, account, store), reason, session.now, by)
    typer.echo(f"Account {account} is on hold.")


@app.command()
def release(account: Key, reason: Reason, by: By, store: OfStore = None) -> None:
    """Take an account off hold, and have finance restore what was cut off."""
    with open_session() as session:
        case = release_account(session.connection, _locked(session, account, store), reason, session.now, by)
    typer.echo(f"Account {account} is released; case {case} has what was cut off restored today.")


@app.command()
def dispute(
    account: Key,
    until: Until,
    reason: Reason,
    by: By,
    invoice: Annotated[str | None, typer.Option(help="The contested invoice's number; without it, all of it.")] = None,
    store: OfStore = None,
) -> None:
    """The customer contests what is claimed: it is not chased up to a day."""
    with open_session() as session:
        found = _locked(session, account, store)
        made = set_dispute(session.connection, found, until.date(), reason, session.now, by, invoice=invoice)
    typer.echo(f"The dispute of account {account} runs until {until:%Y-%m-%d}; it is arrangement {made}.")


@app.command()
def block(account: Key, until: Until, reason: Reason, by: By, store: OfStore = None) -> None:
    """Do not chase an account up to a day."""
    with open_session() as session:
        found = _locked(session, account, store)
        made = set_block(session.connection, found, until.date(), reason, session.now, by)
    typer.echo(f"Account {account} is not chased until {until:%Y-%m-%d}; it is arrangement {made}.")


@app.command()
def instalments(
    account: Key,
    part: Annotated[list[str], typer.Option(help="A day and an amount, such as 2026-04-01=300.00; give it again.")],
    reason: Reason,
    by: By,
    currency: Annotated[str | None, typer.Option(help="Where the account owes in several.")] = None,
    store: OfStore = None,
) -> None:
    """What is owed is paid in parts, which sum up to it; it is not chased for as long as they come."""
    parts = [_read_part(one) for one in part]
    with open_session() as session:
        found = _locked(session, account, store)
        made = set_instalments(session.connection, found, parts, reason, session.now, by, currency=currency)
    typer.echo(f"Account {account} pays in {len(parts)} instalments; it is arrangement {made}.")


def _read_part(said: str) -> Part:
    day, _, amount = said.partition("=")
    try:
        return Part(datetime.strptime(day.strip(), DAY[0]).date(), Decimal(amount.strip()))  # noqa: DTZ007  a day
    except (ValueError, InvalidOperation) as error:
        raise UnreadablePart(said) from error


@app.command()
def resume(
    account: Key,
    arrangement: Annotated[int, typer.Argument(min=1, help="The number of what was arranged.")],
    reason: Reason,
    by: By,
    store: OfStore = None,
) -> None:
    """End what was arranged before its last day: chasing goes on today."""
    with open_session() as session:
        found = _locked(session, account, store)
        end_arrangement(session.connection, found, arrangement, reason, session.now, by)
    typer.echo(f"Arrangement {arrangement} of account {account} has ended.")
