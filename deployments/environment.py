"""The environment of our programs: the installation, its database, its Prefect API."""

import os

from sqlalchemy import URL

from deployments.prefect_server import API_VARIABLE, HOST
from deployments.processes import MARK, part_of
from models.core.settings import Settings


def environment_of(settings: Settings, database: URL, api: str) -> dict[str, str]:
    """The variables by which flows and our programs find the installation. They contain the database's password."""
    home = settings.home.expanduser().resolve()
    return {
        "AFTERCARE_HOME": str(home),
        "AFTERCARE_DATABASE_URL": database.render_as_string(hide_password=False),
        API_VARIABLE: api,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",  # all of it is sent to the API, and is readable there
        "DO_NOT_TRACK": "1",
        **{name: _without_proxy(os.environ.get(name, "")) for name in ("NO_PROXY", "no_proxy")},
    }


def environment_of_part(settings: Settings, database: URL, api: str, part: str) -> dict[str, str]:
    """The full environment of a program of the installation."""
    return os.environ | environment_of(settings, database, api) | {MARK: part_of(settings.home, part)}


def _without_proxy(hosts: str) -> str:
    """Our own server must be reached directly, whatever proxy the machine uses."""
    named = [host for host in hosts.split(",") if host]
    return ",".join(named if HOST in named else [*named, HOST])
