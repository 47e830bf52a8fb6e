"""The console's connection to Prefect."""

import os
from functools import cache

from nicegui import app

from deployments.prefect_server import API_VARIABLE
from deployments.steering_runs import Steering


@cache
def steering() -> Steering:
    """The client of Prefect's API, shared by all pages. Without an API its calls raise `NoPrefect`."""
    made = Steering(os.environ.get(API_VARIABLE))
    app.on_shutdown(made.close)
    return made
