"""`aftercare processes`: list, enable and disable processes."""

from getpass import getuser
from typing import Annotated

import typer

from console.cli.session import Commands, open_session, print_json, print_table
from tasks.overview.reporting import read_status
from tasks.policies.catalogue import install_if_empty
from tasks.policies.processes import find_process
from tasks.runs.steering import switch_process

app = typer.Typer(cls=Commands, invoke_without_command=True, help="The processes, and whether they are enabled.")

Name = Annotated[str, typer.Argument(help="The process.")]


@app.callback()
def processes(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """List the processes."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        listed = read_status(session.connection, session.now).processes
    if as_json:
        print_json([{"process": one.process, "enabled": one.enabled} for one in listed])
        return
    rows = [(one.process, "yes" if one.enabled else "no") for one in listed]
    print_table("Processes", ("process", "enabled"), rows, lines=False)


@app.command()
def enable(name: Name) -> None:
    """Enable a process. What it missed is handled by its steps' rules for late touches."""
    _switch(name, enabled=True)


@app.command()
def disable(name: Name) -> None:
    """Disable a process: it plans and sends nothing until it is enabled."""
    _switch(name, enabled=False)


def _switch(name: str, *, enabled: bool) -> None:
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        changed = switch_process(
            session.connection, session.now, find_process(session.connection, name), enabled=enabled, actor=getuser()
        )
    state = "enabled" if enabled else "disabled"
    typer.echo(f"{name} is {state}." if changed else f"{name} was {state} already.")
