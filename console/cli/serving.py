"""`aftercare up`: the whole installation on this machine, until it is stopped."""

from deployments.up import up as serve
from models.core.settings import read_settings
from tasks.intake.kinds import find_kinds


def up() -> None:
    """Start the database, Prefect's server and the flows, and supervise them until Ctrl-C or SIGTERM."""
    find_kinds()  # a kit that cannot be loaded stops the start here, and not one of its programs later
    serve(read_settings())
