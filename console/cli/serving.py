"""`aftercare up`: the whole installation on this machine, until it is stopped."""

from deployments.up import up as serve
from models.core.settings import read_settings


def up() -> None:
    """Start the database, Prefect's server and the flows, and watch over them until Ctrl-C or SIGTERM."""
    serve(read_settings())
