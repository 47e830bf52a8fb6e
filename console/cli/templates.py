"""`aftercare templates`: show, validate and change the texts of messages and scripts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from console.cli.data_files import read_toml
from console.cli.policies import By, Json, StoreCode, store_id_of
from console.cli.session import Commands, check_store, open_session, print_json, print_table
from console.shared.moments import house_zone
from console.shared.spoken import spoken
from models.core.toml_text import write_toml
from models.messages.relative_time import warn_of_relative_words
from models.policies.shipped import ShippedTemplate
from tasks.messages.registering import list_registrations, register, write_applications
from tasks.messages.template_changes import change_templates, check_templates, list_templates, read_template
from tasks.policies.catalogue import install_if_empty

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The texts of messages and scripts.")

File = Annotated[Path, typer.Argument(metavar="FILE.toml", help="Templates, as `show` prints them.")]


@app.command("list")
def show_list(as_json: Json = False) -> None:
    """List the active templates."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        rows = list_templates(session.connection)
        zone = house_zone(session.connection, session.settings)
    if as_json:
        print_json([row._asdict() | {"created_at": row.created_at.astimezone(zone)} for row in rows])
        return
    columns = ("template", "language", "store", "version", "by", "text")
    print_table(
        "Templates",
        columns,
        [(row.key, row.language, row.store or "all", str(row.version), row.created_by, row.text) for row in rows],
    )


@app.command()
def registered(as_json: Json = False) -> None:
    """List the templates registered with providers that send no free text."""
    with open_session() as session:
        rows = list_registrations(session.connection)
    if as_json:
        print_json([row._asdict() for row in rows])
        return
    columns = ("provider", "template", "language", "store", "branch", "code", "state", "problem", "text")
    print_table(
        "Registered templates",
        columns,
        [tuple(value or "" for value in row._replace(store=row.store or "all")) for row in rows],
    )


@app.command("register")
def register_templates(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="[[registered]] tables; see docs/channels.md.")],
    by: By,
) -> None:
    """Record what a provider has registered. Nothing else is sent by it."""
    data = read_toml(file)
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        entries = register(session.connection, session.now, data, by)
    typer.echo(f"Recorded: {', '.join(f'{one.template}/{one.language} as {one.code}' for one in entries)}.")


@app.command()
def application(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The template's key.")],
    provider: Annotated[str, typer.Option(help="The scheme of the channel's address, such as aliyun.")],
    store: StoreCode = None,
    as_json: Json = False,
) -> None:
    """Write the texts to apply for with a provider, one for each way through the conditions."""
    with open_session() as session:
        check_store(session.connection, store)
        install_if_empty(session.connection, session.now)
        texts = write_applications(session.connection, provider, key, store)
    if as_json:
        print_json([one._asdict() for one in texts])
        return
    for one in texts:
        named = ", ".join(f"{name} = {variable}" for name, variable in one.parameters)
        typer.echo(f"# {one.language} {one.branch}".rstrip() + f"\n{one.text}\n# {named}\n")


@app.command()
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The template's key.")], store: StoreCode = None
) -> None:
    """Print a template as TOML that can be edited and set."""
    with open_session() as session:
        check_store(session.connection, store)
        install_if_empty(session.connection, session.now)
        rows = read_template(session.connection, key, store)
    texts = {row.language: {"subject": row.subject, "text": row.text, "also": row.also} for row in rows}
    typer.echo(write_toml({key: texts}), nl=False)


@app.command()
def check(file: File) -> None:
    """Validate templates; change nothing."""
    data = read_toml(file)
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        templates = check_templates(session.connection, data)
    typer.echo(f"{file} is valid: {', '.join(dict.fromkeys(template.key for template in templates))}.")
    warn_of_templates(templates)


@app.command("set")
def set_templates(file: File, by: By, store: StoreCode = None) -> None:
    """Activate templates as their next versions. Planned touches keep the version that they were planned under."""
    data = read_toml(file)
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        templates = change_templates(session.connection, session.now, data, store_id_of(session, store), by)
    typer.echo(f"Active now: {', '.join(dict.fromkeys(template.key for template in templates))}.")
    warn_of_templates(templates)


def warn_of_templates(templates: Iterable[ShippedTemplate]) -> None:
    """Say on the error stream which texts will not be true on every day on which they may go."""
    for one in templates:
        warning = warn_of_relative_words(one.subject, one.text, one.also)
        if warning is not None:
            typer.echo(f"Warning: {one.key}.{one.language}: {spoken(warning)}.", err=True)
