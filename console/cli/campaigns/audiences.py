"""`aftercare campaign audience`: rules that select customers. Count them, sample them, save them under a name."""

from pathlib import Path
from typing import Annotated

import typer

from console.cli.campaigns.reader import reader
from console.cli.campaigns.steering import By
from console.cli.data_files import read_toml
from console.cli.policies import store_id_of
from console.cli.session import Commands, Session, open_session, print_json, print_table
from console.shared.moments import house_zone, local
from models.campaigns.audiences import AudienceRule, read_audience
from models.core.errors import InvalidInput, NotFound
from models.core.toml_text import write_toml
from tasks.campaigns.audiences.counting import AudienceMember, count_audience, sample_audience
from tasks.campaigns.audiences.lists import ListMade, make_list
from tasks.campaigns.audiences.saved import (
    SavedAudience,
    change_audience,
    delete_audience,
    keep_audience,
    list_audiences,
)
from tasks.campaigns.authors import find_author
from tasks.intake.files.rejects import write_rejects

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Rules that select customers.")
NOTHING_ACCEPTED = 1
"""The exit status if no row of a file matches a customer."""

File = Annotated[Path, typer.Argument(metavar="FILE.toml", help="A rule: its kind and its conditions.")]
OwnFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE.toml", help="A rule: its kind and its conditions.", show_default=False),
]
Saved = Annotated[str | None, typer.Option("--saved", metavar="NAME", help="A saved rule instead of a file.")]
Name = Annotated[str, typer.Argument(help="The name of the rule.")]
StoreCode = Annotated[str | None, typer.Option("--store", help="Of the customers of this store; by default of all.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


class FileOrSaved(InvalidInput):
    """Neither a file nor a saved audience was named, or both were."""

    def __init__(self) -> None:
        super().__init__("Name either a file or --saved: the rule that selects the customers.")


class NoSuchAudience(NotFound):
    """No audience is saved under the name, for the store or for all."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"No audience is kept under the name '{name}'; `aftercare campaign audience list` shows them.")


@app.command()
def count(file: OwnFile = None, saved: Saved = None, store: StoreCode = None, as_json: Json = False) -> None:
    """Count the customers that a rule selects now."""
    given = _read_given(file, saved)
    with open_session() as session:
        store_id = store_id_of(session, store)
        rule = given or _saved(session, saved or "", store).rule
        customers = count_audience(session.connection, rule, session.now, store_id)
    if as_json:
        print_json({"customers": customers})
    else:
        typer.echo(f"{customers:,} customers.")


@app.command()
def sample(
    file: OwnFile = None,
    saved: Saved = None,
    store: StoreCode = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most this many.")] = 20,
    as_json: Json = False,
) -> None:
    """Show a random sample of the customers that a rule selects."""
    given = _read_given(file, saved)
    with open_session() as session:
        store_id = store_id_of(session, store)
        rule = given or _saved(session, saved or "", store).rule
        found = sample_audience(session.connection, rule, session.now, store_id, limit)
    if as_json:
        print_json([{name: getattr(one, name) for name in AudienceMember.__slots__} for one in found])
        return
    rows = [(one.key or "", one.name, one.store, one.car or "", _day(one)) for one in found]
    print_table("Some of them", ("key", "customer", "store", "car", "last visit"), rows, lines=False)


@app.command()
def save(name: Name, file: File, by: By, store: StoreCode = None) -> None:
    """Save a rule under a name, or change the saved one. Campaigns made from it stay as they are."""
    data = read_toml(file)
    with open_session() as session:
        author, store_id = find_author(session.connection, by), store_id_of(session, store)
        whose = author.store_id if author.store_id is not None else store_id
        audiences = list_audiences(session.connection, author)
        known = next((one for one in audiences if (one.name, one.store_id) == (name.strip(), whose)), None)
        if known is None:
            number = keep_audience(session.connection, author, name, data, session.now, whose)
        else:
            number = known.audience_id
            change_audience(session.connection, author, number, name, data, known.version, session.now)
    typer.echo(f"'{name}' is audience {number}{', changed' if known else ''}.")


@app.command("list")
def show_list(as_json: Json = False) -> None:
    """List the saved audiences."""
    with open_session() as session:
        found = list_audiences(session.connection, reader())
        zone = house_zone(session.connection, session.settings)
    if as_json:
        print_json(
            [
                {"id": one.audience_id, "name": one.name, "store": one.store, "version": one.version}
                | {"rule": one.rule.model_dump(), "changed_at": one.changed_at.astimezone(zone)}
                | {"changed_by": one.changed_by}
                for one in found
            ]
        )
        return
    rows = [
        (str(one.audience_id), one.name, one.store or "all", local(one.changed_at, zone.key), one.changed_by)
        for one in found
    ]
    print_table("Audiences", ("id", "name", "store", "changed", "by"), rows, lines=False)


@app.command()
def show(name: Name, store: StoreCode = None, as_json: Json = False) -> None:
    """Print a saved rule as TOML that can be edited and saved."""
    with open_session() as session:
        store_id_of(session, store)
        rule = _saved(session, name, store).rule.model_dump(mode="json")
    if as_json:
        print_json(rule)
    else:
        typer.echo(write_toml(rule), nl=False)


@app.command()
def delete(name: Name, by: By, store: StoreCode = None) -> None:
    """Delete a saved rule. Campaigns made from it keep their copy."""
    with open_session() as session:
        store_id_of(session, store)
        author, kept = find_author(session.connection, by), _saved(session, name, store)
        delete_audience(session.connection, author, kept.audience_id, kept.version, session.now)
    typer.echo(f"'{kept.name}' is no longer kept.")


@app.command("import-list")
def import_list(
    name: Name,
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a column key, vin, plate or phone.")],
    by: By,
    store: StoreCode = None,
    as_json: Json = False,
) -> None:
    """Save the customers in a file as a list. Rows that match nobody are written to FILE.rejects.csv.

    A rule refers to it by number: kind = "list", list = 7. Exits with 0 if anybody was found, 1 if nobody, 2 if the
    file cannot be used.
    """
    with open_session() as session:
        author = find_author(session.connection, by)
        made = make_list(session.connection, author, name, file, session.now, store_id_of(session, store))
        rejects = write_rejects(file, made.rejects)
    if as_json:
        print_json(_shape(made, rejects))
    else:
        _tell(made, rejects)
    if made.list_id is None:
        raise typer.Exit(NOTHING_ACCEPTED)


def _shape(made: ListMade, rejects: Path | None) -> dict[str, object]:
    return {
        "list": made.list_id,
        "name": made.name,
        "read": made.read,
        "members": made.members,
        "rejected": len(made.rejects),
        "rejects": rejects,
    }


def _tell(made: ListMade, rejects: Path | None) -> None:
    kept = f"'{made.name}' is list {made.list_id}" if made.list_id is not None else "No list was made"
    wrong = f"; {len(made.rejects):,} rows were not used, and {rejects} says why" if rejects else ""
    typer.echo(f"{kept}: {made.members:,} customers from {made.read:,} rows{wrong}.")


def _read_given(file: Path | None, saved: str | None) -> AudienceRule | None:
    """The rule in the named file; None if a saved one was named. Raises `UnreadableFile`, `BadAudience`."""
    if (file is None) == (saved is None):
        raise FileOrSaved
    return read_audience(read_toml(file)) if file is not None else None


def _saved(session: Session, name: str, store: str | None) -> SavedAudience:
    """The audience of that name: the store's own, else the one for all."""
    named = [one for one in list_audiences(session.connection, reader()) if one.name == name.strip()]
    for code in dict.fromkeys((store, None)):
        for one in named:
            if one.store == code:
                return one
    if store is None and len(named) == 1:
        return named[0]
    raise NoSuchAudience(name)


def _day(one: AudienceMember) -> str:
    return one.last_visit.isoformat() if one.last_visit else ""
