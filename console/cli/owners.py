"""`aftercare owners`: whose customer somebody is, one by one and in bulk.

`aftercare owners list --json` prints an object: `customers`, a list of objects by number, and `next`, the number to
pass as `--after` for the next page, or null. Each has `id`, `store`, `name`, `level`, `area`, `has_contract`, `owner`
and `deputy` (staff codes or null), `owner_name`, `owner_active`, `deputy_name` and `owner_by` (`import`, `rule`,
`hand`, `hand-over` or null).
"""

from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy import select

from console.cli.naming import find_store
from console.cli.session import Commands, check_store, open_session, print_json, print_table
from models.people.tables import Customer
from tasks.access.reach import LARGEST_KEY
from tasks.explaining.finding import find_customer
from tasks.staff.desks.listing import Owned, page_of_owned
from tasks.staff.desks.ruling import own_by_rule
from tasks.staff.desks.setting import Chosen, count_chosen, give_all, set_owner
from tasks.stores.staff import find_actor

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Whose customer somebody is.")

By = Annotated[str, typer.Option(help="The staff code of who does it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
UNTOLD = ("store_id", "salutation", "erased")


@app.command("list")
def list_owned(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only those whose owner or deputy has this staff code.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Only those without an owner.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    after: Annotated[int, typer.Option(min=0, max=LARGEST_KEY, help="`next` of the page before.")] = 0,
    as_json: AsJson = False,
) -> None:
    """List customers with their owners."""
    with open_session() as session:
        check_store(session.connection, store)
        store_id = find_store(session.connection, store) if store else None
        page = page_of_owned(session.connection, store_id, owner, unowned=nobody, limit=limit, after=after)
    if as_json:
        print_json({"customers": [_told(one) for one in page.customers], "next": page.next})
        return
    columns = ("id", "customer", "store", "level", "area", "owner", "deputy", "by")
    print_table("Customers and their owners", columns, [_row(one) for one in page.customers], lines=False)
    if page.next is not None:
        typer.echo(f"More: --after {page.next}")


def _told(one: Owned) -> dict[str, object]:
    return {name: value for name, value in asdict(one).items() if name not in UNTOLD}


def _row(one: Owned) -> tuple[str, ...]:
    left = "" if one.owner is None or one.owner_active else " (has left)"
    owner = f"{one.owner} {one.owner_name}{left}" if one.owner else ""
    deputy = f"{one.deputy} {one.deputy_name}" if one.deputy else ""
    return (str(one.id), one.name, one.store, one.level or "", one.area or "", owner, deputy, one.owner_by or "")


@app.command("set")
def set_one(
    customer: Annotated[str, typer.Argument(help="The customer's key, phone number, e-mail address or name.")],
    by: By,
    owner: Annotated[str | None, typer.Option(help="The staff code of the owner.")] = None,
    deputy: Annotated[str | None, typer.Option(help="The staff code of the deputy.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Take the owner and the deputy away.")] = False,
) -> None:
    """Set the owner and the deputy of one customer. Without --deputy there is none."""
    if (owner is None) != nobody:
        raise typer.BadParameter("say either --owner or --nobody")
    with open_session() as session:
        customer_id = find_customer(session.connection, customer)
        store_id = session.connection.execute(select(Customer.store_id).where(Customer.id == customer_id)).scalar_one()
        actor = find_actor(session.connection, by, store_id)
        set_owner(session.connection, customer_id, owner, deputy, session.now, actor.code)
    typer.echo(f"Customer {customer_id} has {f'the owner {owner}' if owner else 'no owner'}.")


@app.command()
def give(
    to: Annotated[str, typer.Option(help="The staff code of who becomes the owner.")],
    by: By,
    store: Annotated[str | None, typer.Option(help="The store; with a single one it need not be named.")] = None,
    deputy: Annotated[str | None, typer.Option(help="The deputy; by default each keeps theirs.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Those without an owner.")] = False,
    owner: Annotated[str | None, typer.Option(help="Those whose owner has this staff code.")] = None,
    area: Annotated[str | None, typer.Option(help="Those of this home area.")] = None,
    level: Annotated[str | None, typer.Option(help="Those of this level.")] = None,
    contract: Annotated[bool | None, typer.Option("--contract/--no-contract", help="With a contract, or not.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
) -> None:
    """Give many customers of a store an owner at once: all for whom everything holds that is said."""
    with open_session() as session:
        store_id = find_store(session.connection, store)
        chosen = Chosen(store_id, owner, nobody, area, level, contract)
        if dry_run:
            typer.echo(f"Customers who would get the owner {to}: {count_chosen(session.connection, chosen)}")
            return
        actor = find_actor(session.connection, by, store_id)
        changed = give_all(session.connection, chosen, to, deputy, session.now, actor.code)
    typer.echo(f"Customers who got the owner {to}: {changed}")


@app.command("by-rule")
def by_rule(
    store: Annotated[str | None, typer.Option(help="Only of the store with this code.")] = None,
) -> None:
    """Give customers without an owner theirs by the rule of their store, as is done every night."""
    with open_session() as session:
        check_store(session.connection, store)
        store_id = find_store(session.connection, store) if store else None
        count = own_by_rule(session.connection, session.now, store_id)
    typer.echo(f"Customers who got an owner by rule: {count}")
