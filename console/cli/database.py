"""`aftercare db`: the shared database's address and schema."""

from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from sqlalchemy import create_engine, pool

from console.cli.session import Commands, open_session
from deployments.database import open_database
from deployments.embedded import OUR_DATABASE, open_embedded
from models.core.errors import AftercareError
from models.core.settings import read_settings
from models.database.migrating import changed_migrations, differences
from models.database.schema import read_version, upgrade
from tasks.policies.catalogue import install_shipped
from tasks.subjects.registry import check_kits

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The shared database.")


class SchemaDiffers(AftercareError):
    """The tables are not what the migrations create."""

    def __init__(self, found: list[object]) -> None:
        self.found = found
        super().__init__(f"The tables differ from what the migrations create: {'; '.join(str(one) for one in found)}.")


class MigrationChanged(AftercareError):
    """The files of frozen migrations were edited."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(
            f"Frozen migrations were changed: {', '.join(names)}. Databases in use have run them as they were, "
            "and will not run them again: restore the files, and write a new migration for the change."
        )


@app.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to the newest schema, and the shipped policies and templates into it."""
    check_kits()
    with open_session() as session:
        install_shipped(session.connection, session.now)
        version = read_version(session.connection)
    typer.echo(f"The database is at schema {version}.")


@app.command()
def url() -> None:
    """Print the database's address, with its password, for psql or another program."""
    with open_database(read_settings()) as address:
        typer.echo(address.set(drivername="postgresql").render_as_string(hide_password=False))


@app.command()
def check() -> None:
    """Check that the database answers and has the newest schema."""
    with open_session() as session:
        found = differences(session.connection)
        version = read_version(session.connection)
    if found:
        raise SchemaDiffers(found)
    typer.echo(f"The database answers; its schema is {version}, the newest.")


@app.command("check-migrations")
def check_migrations() -> None:
    """Check on an empty database that the migrations create the tables that the code declares.

    It also checks that frozen migrations have not been edited.
    """
    changed = changed_migrations()
    if changed:
        raise MigrationChanged(changed)
    with TemporaryDirectory(prefix="aftercare-") as home, open_embedded(Path(home), durable=False) as cluster:
        address = cluster.url(OUR_DATABASE)
        upgrade(address.render_as_string(hide_password=False))
        engine = create_engine(address, hide_parameters=True, poolclass=pool.NullPool)
        with engine.connect() as connection:
            found = differences(connection)
    if found:
        raise SchemaDiffers(found)
    typer.echo("The migrations create the tables that the code declares.")
