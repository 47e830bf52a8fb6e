"""The one way from this console to Prefect."""

import os
from functools import cache

from nicegui import app

from deployments.prefect_server import API_VARIABLE
from deployments.steering_runs import Steering


@cache
def steering() -> Steering:
    """Prefect's API, or what says that there is none; the same for every page."""
    made = Steering(os.environ.get(API_VARIABLE))
    app.on_shutdown(made.close)
    return made
