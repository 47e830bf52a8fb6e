"""The `aftercare` command. Each sub-command is imported when it is called, so that start-up stays fast."""

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from deployments.logging import set_up_logging
from models.core.errors import AftercareError

MISTAKE = 2
"""The exit status for invalid input, or if no database is found."""
COMMANDS = {
    "demo": "console.cli.demo:demo",
    "sample": "console.cli.sampling:sample",
    "import": "console.cli.importing:import_files",
    "up": "console.cli.serving:up",
    "console": "console.cli.opening:console",
    "users": "console.cli.users:app",
    "notifications": "console.cli.notifications:app",
    "keys": "console.cli.keys:app",
    "run": "console.cli.running:run",
    "status": "console.cli.reporting:status",
    "why": "console.cli.explaining:why",
    "forecast": "console.cli.forecasting:forecast",
    "campaign": "console.cli.campaigns.command:app",
    "calls": "console.cli.calls:app",
    "visits": "console.cli.visits:app",
    "letters": "console.cli.letters:app",
    "approvals": "console.cli.approvals:app",
    "cases": "console.cli.cases:app",
    "inbox": "console.cli.inbox:app",
    "leads": "console.cli.leads:app",
    "accounts": "console.cli.accounts:app",
    "owners": "console.cli.owners:app",
    "staff": "console.cli.staff:app",
    "inspections": "console.cli.inspections:app",
    "notices": "console.cli.notices:app",
    "reply": "console.cli.replies:reply",
    "links": "console.cli.links:links",
    "touches": "console.cli.touches:app",
    "stores": "console.cli.reporting:stores",
    "channels": "console.cli.channels:app",
    "processes": "console.cli.processes:app",
    "policies": "console.cli.policies:app",
    "laws": "console.cli.laws:app",
    "templates": "console.cli.templates:app",
    "db": "console.cli.database:app",
}
"""Each command, with its module and name."""


class Aftercare(TyperGroup):
    """All commands. Errors of the user or the database are printed as one sentence."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002  the base's
        """In the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  the base's
        """Import one command; None for an unknown one."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        return _as_command(cmd_name, getattr(import_module(module), name))

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except AftercareError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(MISTAKE) from error
        except Exception as error:
            outage = _outage(error)
            if outage is None:
                raise
            typer.echo(outage, err=True)
            raise typer.Exit(MISTAKE) from error


def _as_command(name: str, found: Any) -> object:
    if not isinstance(found, typer.Typer):
        alone = _plain(typer.Typer())
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command


def _plain(application: typer.Typer) -> typer.Typer:
    application.rich_markup_mode = None  # an error is printed as a line, not in a frame
    application.pretty_exceptions_enable = False
    return application


def _outage(error: Exception) -> str | None:
    """What to print if the database became unavailable during a command; None for any other error."""
    from sqlalchemy.exc import InterfaceError, OperationalError  # noqa: PLC0415  it is imported only for this

    if not isinstance(error, OperationalError | InterfaceError):
        return None
    said = str(error.orig).strip().splitlines()
    return f"The database does not answer: {said[-1].strip() if said else 'it is away'}. Nothing was kept; try again."


app = _plain(
    typer.Typer(cls=Aftercare, add_completion=False, no_args_is_help=True, help="Keeps in touch with customers.")
)


@app.callback()
def aftercare() -> None:
    """Keep a service business in touch with its customers: plan, send, call, explain."""


def main() -> None:
    """The entry point. Logs go to standard error; standard output has only what was asked for."""
    set_up_logging()
    try:
        app(prog_name="aftercare")
    except AftercareError as error:  # while the commands are found, such as a kit that cannot be loaded
        typer.echo(str(error), err=True)
        sys.exit(MISTAKE)
