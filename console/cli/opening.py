"""`aftercare console`: the operations console alone, on this installation's database or another one."""

import typer

from deployments.database import open_database
from models.core.settings import read_settings

SENTENCES = {
    "first-admin": "Sign in as {login} with the password {password} - it is shown only this once.",
    "console-serving": "The console is open at {console}; Ctrl-C ends it.",
}


def console() -> None:
    """Serve the console until Ctrl-C. `aftercare up` serves it together with everything else."""
    from console.web.server import serve  # noqa: PLC0415  the other commands need not wait for it

    settings = read_settings()
    with open_database(settings) as url:
        serve(url, settings, _tell)


def _tell(event: str, **facts: object) -> None:
    typer.echo(SENTENCES[event].format(**facts))
