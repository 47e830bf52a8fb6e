"""Running and comparing the migrations with Alembic. Importing it is slow: as slow as a whole command."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Dialect, inspect

from models.database.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"
FROZEN = "frozen.sha256"
"""Next to the migrations: the digests of those already run on databases in use, in `sha256sum` format."""
QUOTED = re.compile(r"'([^']*)'")
Difference = tuple[str, str, str]


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for the database of a connection without an open transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the pending migrations up to a revision."""
    command.upgrade(configuration(connection), revision)


def differences(connection: Connection) -> list[object]:
    """The differences between the tables and the migrations; empty if they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [*compare_metadata(context, metadata), *_differing_checks(connection)]


def _differing_checks(connection: Connection) -> Iterator[Difference]:
    """Check constraints that only one side has, or whose words differ: Alembic does not compare them."""
    made = inspect(connection).get_multi_check_constraints()
    for table in metadata.sorted_tables:
        there = {str(one["name"]): one["sqltext"] for one in made[(None, table.name)]}
        wanted = {str(one.name): one for one in table.constraints if isinstance(one, CheckConstraint)}
        yield from (("add_check", table.name, name) for name in sorted(wanted.keys() - there.keys()))
        yield from (("remove_check", table.name, name) for name in sorted(there.keys() - wanted.keys()))
        for name in sorted(wanted.keys() & there.keys()):
            if _words_in(_written_out(wanted[name], connection.dialect)) != _words_in(there[name]):
                yield "modify_check", table.name, name


def _written_out(check: CheckConstraint, dialect: Dialect) -> str:
    return str(check.sqltext.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _words_in(condition: str) -> set[str]:
    return set(QUOTED.findall(condition))


def changed_migrations(folder: Path = VERSIONS) -> list[str]:
    """The frozen migrations whose file was changed or removed."""
    lines = (folder / FROZEN).read_text(encoding="utf-8").splitlines()
    frozen = {name: digest for digest, name in (line.split() for line in lines)}
    return [name for name, digest in frozen.items() if _digest(folder / name) != digest]


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
