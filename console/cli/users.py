"""`aftercare users`: who may sign in to the console."""

from getpass import getuser
from typing import Annotated

import typer

from console.cli.session import Commands, open_session, print_json, print_table
from console.shared.moments import local
from models.core.words import Language, Role
from tasks.access.users import NewUser, add_user, change_password, list_users, set_active

app = typer.Typer(cls=Commands, invoke_without_command=True, help="Who may sign in to the console.")

Login = Annotated[str, typer.Argument(help="The user's login.")]
Ask = Annotated[bool, typer.Option("--ask", help="Ask for the password, instead of generating one.")]


@app.callback()
def users(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a script.")] = False
) -> None:
    """List the users."""
    if context.invoked_subcommand:
        return
    with open_session() as session:
        listed, zone = list_users(session.connection), session.settings.time_zone
    if as_json:
        names = ("login", "role", "store", "staff", "name", "language", "active", "locked_until")
        print_json([{name: getattr(user, name) for name in names} for user in listed])
        return
    rows = [
        (
            user.login,
            user.role,
            user.store or "all",
            user.staff or "",
            "yes" if user.active else "no",
            local(user.locked_until, zone),
        )
        for user in listed
    ]
    print_table("Users", ("login", "role", "store", "staff code", "active", "locked until"), rows, lines=False)


@app.command()
def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="The user's role.")],
    store: Annotated[str | None, typer.Option(help="The one store whose data the user sees; by default all.")] = None,
    staff: Annotated[str | None, typer.Option(help="The staff code that the user works under.")] = None,
    name: Annotated[str | None, typer.Option(help="The user's name.")] = None,
    language: Annotated[
        Language | None, typer.Option(help="zh-CN or en; by default what their browser asks for at the first sign-in.")
    ] = None,
    ask: Ask = False,
) -> None:
    """Add a user. Prints a random password, which must be changed at the first sign-in."""
    given = _asked() if ask else None
    with open_session() as session:
        password = add_user(
            session.connection, NewUser(login, role, store, staff, name, language), given, session.now, getuser()
        )
    _tell(login, password, shown=given is None)


@app.command()
def passwd(login: Login, ask: Ask = False) -> None:
    """Reset a user's password, unlock them, and end their sessions."""
    given = _asked() if ask else None
    with open_session() as session:
        password = change_password(session.connection, login, given, session.now, getuser())
    _tell(login, password, shown=given is None)


@app.command()
def disable(login: Login) -> None:
    """Disable a user. Their sessions end at once."""
    with open_session() as session:
        set_active(session.connection, login, session.now, getuser(), active=False)
    typer.echo(f"{login} may no longer sign in.")


@app.command()
def enable(login: Login) -> None:
    """Enable a user again."""
    with open_session() as session:
        set_active(session.connection, login, session.now, getuser(), active=True)
    typer.echo(f"{login} may sign in again.")


def _asked() -> str:
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _tell(login: str, password: str, *, shown: bool) -> None:
    typer.echo(f"{login} signs in with the password {password} - it is shown only this once." if shown else "Done.")
