"""`aftercare campaign audience`: rules that pick customers, counted, shown by a few of them, and kept under names."""

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

app = typer.Typer(cls=Commands, no_args_is_help=True, help="Rules that pick customers.")
NOTHING_ACCEPTED = 1
"""The exit status when a file names nobody who is known."""

File = Annotated[Path, typer.Argument(metavar="FILE.toml", help="A rule: its kind, and what it asks for.")]
OwnFile = Annotated[
    Path | None, typer.Argument(metavar="FILE.toml", help="A rule: its kind, and what it asks for.", show_default=False)
]
Saved = Annotated[str | None, typer.Option("--saved", metavar="NAME", help="Instead of a file, a rule that is kept.")]
Name = Annotated[str, typer.Argument(help="What it is called.")]
StoreCode = Annotated[str | None, typer.Option("--store", help="Of the customers of this store; else of all.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


class FileOrSaved(InvalidInput):
    """An audience that is named not at all, or twice."""

    def __init__(self) -> None:
        super().__init__("Name either a file or --saved: the rule that picks the customers.")


class NoSuchAudience(NotFound):
    """A name under which no audience is kept for a store, or for all."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"No audience is kept under the name '{name}'; `aftercare campaign audience list` shows them.")


@app.command()
def count(file: OwnFile = None, saved: Saved = None, store: StoreCode = None, as_json: Json = False) -> None:
    """Say how many customers a rule picks as things stand."""
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
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many of them at most.")] = 20,
    as_json: Json = False,
) -> None:
    """Show some of the customers that a rule picks, from anywhere among them."""
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
    """Keep a rule under a name, or change the one that is kept under it. Campaigns made from it stay as they are."""
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
    """List the audiences that are kept."""
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
    """Print a rule that is kept as TOML that can be edited and saved."""
    with open_session() as session:
        store_id_of(session, store)
        rule = _saved(session, name, store).rule.model_dump(mode="json")
    if as_json:
        print_json(rule)
    else:
        typer.echo(write_toml(rule), nl=False)


@app.command()
def delete(name: Name, by: By, store: StoreCode = None) -> None:
    """Forget a rule that is kept. Campaigns that were made from it keep what it said."""
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
    """Keep the customers that a file names as a list; rows that name nobody are written to FILE.rejects.csv.

    A rule names it by its number: kind = "list", list = 7. Ends with 0 if anybody was found, 1 if nobody, 2 when the
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
    """The rule in the file that was named; None: one that is kept was named. Raises `UnreadableFile`, `BadAudience`."""
    if (file is None) == (saved is None):
        raise FileOrSaved
    return read_audience(read_toml(file)) if file is not None else None


def _saved(session: Session, name: str, store: str | None) -> SavedAudience:
    """The audience of that name: the store's own, else that of all."""
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
