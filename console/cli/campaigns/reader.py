"""The identity under which commands read campaigns: they see every store, as all commands do."""

from getpass import getuser

from models.core.words import Role
from tasks.campaigns.authors import Author


def reader() -> Author:
    """A reader of every store, named after the machine's user."""
    return Author(getuser(), Role.ADMIN, None)
