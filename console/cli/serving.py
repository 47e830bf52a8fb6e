"""`aftercare up`: the whole installation on this machine, until it is stopped."""

from deployments.up import up as serve
from models.core.settings import read_settings
from tasks.campaigns.audiences.conditions import find_questions
from tasks.intake.kinds import find_kinds
from tasks.subjects.registry import check_kits


def up() -> None:
    """Start the database, Prefect's server and the flows, and watch over them until Ctrl-C or SIGTERM."""
    check_kits()
    find_questions()
    find_kinds()  # a drawer that cannot be loaded stops the start here, and not one program of it later
    serve(read_settings())
