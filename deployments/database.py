"""The shared database of an installation: an outside one if configured, else the embedded one."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr
from sqlalchemy import URL, create_engine, make_url, pool
from sqlalchemy.exc import ArgumentError, OperationalError

from deployments.embedded import OUR_DATABASE, open_embedded
from models.core.errors import InvalidInput, Unavailable
from models.core.settings import Settings
from models.database.schema import upgrade

CONNECT_SECONDS = 5


class DatabaseUnreachable(Unavailable):
    """No PostgreSQL can be reached at a configured address, or it refuses us."""

    def __init__(self, url: URL, setting: str, reason: str) -> None:
        self.url = url
        self.setting = setting
        self.reason = reason
        where = f"{url.query.get('host') or url.host or 'the local socket'}:{url.query.get('port') or url.port or 5432}"
        super().__init__(f"No database '{url.database}' can be reached at {where}, which {setting} names: {reason}.")


class UnusableDatabaseUrl(InvalidInput):
    """A setting does not name a PostgreSQL database."""

    def __init__(self, setting: str) -> None:
        self.setting = setting
        super().__init__(
            f"{setting} is not the address of a PostgreSQL database; "
            f"expected a form such as postgresql://user:password@host:5432/aftercare."
        )


def read_url(address: SecretStr, setting: str, driver: str = "psycopg") -> URL:
    """The address in a setting, with our driver. Raises `UnusableDatabaseUrl`."""
    try:
        url = make_url(address.get_secret_value())
    except (ArgumentError, ValueError) as error:
        raise UnusableDatabaseUrl(setting) from error
    if url.get_backend_name() not in {"postgresql", "postgres"} or not url.database:
        raise UnusableDatabaseUrl(setting)
    return url.set(drivername=f"postgresql+{driver}")


def check_reachable(url: URL, setting: str) -> None:
    """Connect once. Raises `DatabaseUnreachable` within a few seconds."""
    engine = create_engine(
        url, hide_parameters=True, poolclass=pool.NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}
    )
    try:
        engine.connect().close()
    except OperationalError as error:
        raise DatabaseUnreachable(url, setting, _reason(error, url)) from error


def _reason(error: OperationalError, url: URL) -> str:
    """The last line of the driver's message, which is the cause, without the password."""
    said = str(error.orig).strip().splitlines()[-1].removeprefix("FATAL:").strip().rstrip(".?")
    return said.replace(str(url.password), "***") if url.password else said


@contextmanager
def open_database(settings: Settings) -> Iterator[URL]:
    """The address of the shared database for as long as the block runs: reachable, and at the newest schema.

    `url.render_as_string(hide_password=False)` is its text.
    """
    if settings.database_url:
        url = read_url(settings.database_url, "AFTERCARE_DATABASE_URL")
        check_reachable(url, "AFTERCARE_DATABASE_URL")
        upgrade(url.render_as_string(hide_password=False))
        yield url
    else:
        with open_embedded(settings.home) as cluster:
            url = cluster.url(OUR_DATABASE)
            upgrade(url.render_as_string(hide_password=False))
            yield url
