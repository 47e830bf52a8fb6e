"""`aftercare processes`: which run, switching them on and off, and adding some without code."""

import asyncio
import os
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any

import typer

from console.cli.session import Commands, Session, open_session, print_json, print_table
from console.cli.templates import warn_of_templates
from deployments.plan import Plan, read_plan
from deployments.pool import PREFECT_AWAY, bring_to_pool
from deployments.prefect_server import API_VARIABLE
from deployments.schedules import find_flow, read_flows
from models.core.errors import AftercareError
from models.core.toml_text import write_toml
from models.policies.shipped import ShippedTemplate
from tasks.overview.reporting import read_status
from tasks.policies.catalogue import install_if_empty
from tasks.policies.processes import find_process
from tasks.processes.adding import ListedProcess, add_process, list_standing, read_process, remove_process
from tasks.processes.files import FILES, POLICY, TEMPLATES, WORDING, ProcessFiles, read_files
from tasks.runs.steering import switch_process

app = typer.Typer(cls=Commands, invoke_without_command=True, help="The processes, and whether they are enabled.")

Name = Annotated[str, typer.Argument(help="The process.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]


class NoFolder(AftercareError):
    """A folder that cannot be read."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"{folder} cannot be read: {reason}; expected a folder with {', '.join(FILES)}.")


@app.callback()
def processes(context: typer.Context, as_json: Json = False) -> None:
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


@app.command("list")
def show_list(as_json: Json = False) -> None:
    """List the processes with where they came from and when they run."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        rows = [_row(session, one) for one in list_standing(session.connection)]
    if as_json:
        print_json(rows)
        return
    columns = ("process", "enabled", "from", "version", "runs at", "tags")
    cells = [
        (
            one["process"],
            "yes" if one["enabled"] else "no",
            "shipped" if one["shipped"] else "added",
            str(one["version"] or ""),
            "; ".join(one["schedule"]),
            ", ".join(one["tags"]),
        )
        for one in rows
    ]
    print_table("Processes", columns, cells, lines=False)


def _row(session: Session, listed: ListedProcess) -> dict[str, Any]:
    served = find_flow(read_flows(session.connection), listed.process)
    return {
        "process": listed.process,
        "enabled": listed.enabled,
        "shipped": listed.shipped,
        "version": listed.version,
        "schedule": [slot.cron for slot in served.slots],
        "tags": list(served.tags),
    }


@app.command()
def show(
    name: Name,
    to: Annotated[Path | None, typer.Option(help="Write its files to this folder.")] = None,
    as_json: Json = False,
) -> None:
    """Print the files of a process, as they can be edited and added under another name."""
    with open_session() as session:
        install_if_empty(session.connection, session.now)
        files = read_process(session.connection, name)
    texts = {
        POLICY: write_toml(files.policy),
        TEMPLATES: write_toml(files.templates),
        WORDING: write_toml(files.wording),
    }
    if to is not None:
        _write(to, texts)
        typer.echo(f"{', '.join(texts)} are in {to}.")
    elif as_json:
        print_json({"policy": files.policy, "templates": files.templates, "wording": files.wording})
    else:
        typer.echo("\n".join(f"# {file}\n{text}" for file, text in texts.items()), nl=False)


def _write(folder: Path, texts: dict[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise NoFolder(folder, (error.strerror or str(error)).lower()) from error


@app.command()
def add(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=f"A folder with {', '.join(FILES)}.")],
    off: Annotated[bool, typer.Option("--off", help="Switched off at first, if it is new.")] = False,
    as_json: Json = False,
) -> None:
    """Add a process without code, or the next version of one that was added before."""
    files = _read_folder(folder)
    with open_session() as session:
        added = add_process(session.connection, session.now, files, getuser(), enabled=not off)
        plan = read_plan(session.connection)
        home_zone = session.settings.time_zone
    pool = _bring_to_pool(plan, home_zone)
    warn_of_templates(
        ShippedTemplate(key, language, text.get("subject"), text["text"], text.get("also"))
        for key, languages in files.templates.items()
        for language, text in languages.items()
    )
    if as_json:
        print_json(
            {
                "process": added.process,
                "version": added.version,
                "new": added.new,
                "changed": added.changed,
                "enabled": added.enabled,
                "work_pool": pool,
            }
        )
        return
    what = "added" if added.new else "active" if added.changed else "as it was"
    state = "" if added.enabled else f", switched off: `aftercare processes enable {added.process}`"
    typer.echo(f"The process '{added.process}' is {what}, version {added.version}{state}.")


def _read_folder(folder: Path) -> ProcessFiles:
    if not folder.is_dir():
        raise NoFolder(folder, "there is no such folder")
    return read_files(str(folder), {name: _read_text(folder / name) for name in FILES})


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NoFolder(path, (error.strerror or str(error)).lower()) from error
    except UnicodeDecodeError as error:
        raise NoFolder(path, "it is not UTF-8") from error


@app.command()
def remove(name: Name, as_json: Json = False) -> None:
    """Remove a process that was added. What it did stays on record; what it had still planned ends."""
    with open_session() as session:
        ended = remove_process(session.connection, session.now, name, getuser())
        plan = read_plan(session.connection)
        home_zone = session.settings.time_zone
    _bring_to_pool(plan, home_zone)
    if as_json:
        print_json({"process": name, "touches_ended": ended})
    else:
        typer.echo(f"The process '{name}' is removed; open touches that ended: {ended:,}.")


def _bring_to_pool(plan: Plan, home_zone: str) -> str | None:
    """Where workers run the flows, Prefect is told of the processes at once; the pool's name. A runner looks itself."""
    api = os.environ.get(API_VARIABLE)
    if not api:
        return None
    try:
        return asyncio.run(bring_to_pool(plan, home_zone, api))
    except PREFECT_AWAY:
        typer.echo("Prefect does not answer; run `aftercare processes deploy` when it does.", err=True)
        return None


@app.command()
def deploy() -> None:
    """Tell Prefect of the processes and their schedules, where workers of a work pool run them."""
    with open_session() as session:
        plan = read_plan(session.connection)
        home_zone = session.settings.time_zone
    pool = _bring_to_pool(plan, home_zone)
    typer.echo(
        f"The work pool '{pool}' has the processes."
        if pool
        else "No work pool has the flows: a runner serves them, and looks at the processes by itself."
    )


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
