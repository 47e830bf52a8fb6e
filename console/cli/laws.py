"""`aftercare laws`: the law packs, and which one each store goes by."""

from typing import Annotated

import typer

from console.cli.policies import By, Json
from console.cli.session import Commands, open_session, print_json, print_table
from models.core.saying import ENGLISH
from models.core.words import Purpose
from models.stores.laws.pack import Pack, all_packs, pack_of
from tasks.explaining.finding import find_customer
from tasks.stores.laws.choosing import choose_law, list_laws
from tasks.stores.laws.notices import ask_consent

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The law packs, and which one each store goes by.")

Name = Annotated[str, typer.Argument(metavar="PACK", help="house, cn, us or eu.")]


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(metavar="[PACK]", help="By default the packs and their stores.")] = None,
    as_json: Json = False,
) -> None:
    """Show which pack each store goes by, or the rules of a pack with their sources."""
    if name is not None:
        _show_pack(pack_of(name), as_json)
        return
    with open_session() as session:
        stores = list_laws(session.connection)
    if as_json:
        packs = [{"name": pack.name, "title": pack.title, "rules": len(pack.rules)} for pack in all_packs().values()]
        print_json({"stores": [{"store": one.store, "law": one.law} for one in stores], "packs": packs})
        return
    print_table(
        "Stores", ("store", "name", "law pack"), [(one.store, one.name, one.law) for one in stores], lines=False
    )
    rows = [(pack.name, pack.title[ENGLISH], str(len(pack.rules))) for pack in all_packs().values()]
    print_table("Packs", ("pack", "for", "rules"), rows, lines=False)


def _show_pack(pack: Pack, as_json: bool) -> None:
    if as_json:
        print_json(pack.model_dump(mode="json"))
        return
    rows = [(rule.code, rule.says[ENGLISH], f"{rule.source} ({rule.basis})") for rule in pack.rules]
    print_table(f"{pack.title[ENGLISH]}, checked on {pack.checked_on}", ("rule", "says", "source"), rows)
    print_table("Not covered", ("what",), [(one[ENGLISH],) for one in pack.not_covered])


@app.command()
def choose(
    name: Name,
    by: By,
    store: Annotated[str, typer.Option("--store", help="The store's code.")],
) -> None:
    """Let a store go by a pack. What waits is asked by its rules when it is due."""
    with open_session() as session:
        pack = choose_law(session.connection, session.now, store, name, by)
    typer.echo(f"Store {store} goes by the pack '{pack.name}': {pack.title[ENGLISH]}, {len(pack.rules)} rules.")


@app.command()
def ask(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="A key, a number or a name.")],
    by: By,
    purpose: Annotated[Purpose, typer.Option(help="What consent is asked for.")] = Purpose.MARKETING,
) -> None:
    """Ask a customer by SMS for consent, where the pack of the store has a question. It counts from the answer."""
    with open_session() as session:
        customer_id = find_customer(session.connection, customer)
        ask_consent(session.connection, customer_id, purpose, session.now, by)
    typer.echo(f"Customer {customer} is asked for consent to {purpose} with the next dispatch.")
