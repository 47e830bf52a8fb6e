"""As whom the command reads campaigns: whoever may use it sees every store's, as with every other command."""

from getpass import getuser

from models.core.words import Role
from tasks.campaigns.authors import Author


def reader() -> Author:
    """Someone of every store, under the name of the machine's user."""
    return Author(getuser(), Role.ADMIN, None)
