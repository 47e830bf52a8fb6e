"""prefect.yaml for `prefect deploy`: the schedules, for workers of a work pool.

`python -m deployments.prefect_yaml` prints it for the time zones of the stores in the database of
AFTERCARE_DATABASE_URL; without one, for AFTERCARE_TIME_ZONE. The file beside this module is for the default zone.
"""

import sys
from collections.abc import Sequence
from typing import Any

import yaml
from sqlalchemy import create_engine, pool

from deployments.database import open_database
from deployments.runner import DEPLOYMENT
from deployments.schedules import SERVED, Served, read_zones, schedules_of
from models.core.settings import Settings, read_settings

POOL = "aftercare"
"""The work pool that the workers poll."""
HEADING = """\
# The flows for the workers of a work pool, on several machines. docs/operating.md says how it is used.
# Written by `python -m deployments.prefect_yaml` from deployments/schedules.py; a test compares the two.
"""


def write_prefect_yaml(zones: Sequence[str], home_zone: str) -> str:
    """The text of prefect.yaml for stores in these time zones; `home_zone` is the installation's own."""
    content = {
        "name": "aftercare",
        "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": "{{ $AFTERCARE_HOME }}"}}],
        "deployments": [_deployment(served, zones, home_zone) for served in SERVED],
    }
    written: str = yaml.safe_dump(content, sort_keys=False, width=120)
    return HEADING + written


def _deployment(served: Served, zones: Sequence[str], home_zone: str) -> dict[str, Any]:
    alone = {"concurrency_limit": {"limit": 1, "collision_strategy": "CANCEL_NEW"}} if served.one_at_a_time else {}
    return {
        "name": DEPLOYMENT,
        "flow_name": str(served.name),
        "entrypoint": f"{served.module}.{served.function}",
        "work_pool": {"name": POOL},
        **alone,
        "schedules": [
            {"slug": schedule.slug, "cron": schedule.cron, "timezone": schedule.zone}
            for schedule in schedules_of(served, zones, home_zone)
        ],
    }


def _zones_of_stores(settings: Settings) -> list[str]:
    if settings.database_url is None:
        return []
    with (
        open_database(settings) as url,
        create_engine(url, hide_parameters=True, poolclass=pool.NullPool).connect() as connection,
    ):
        return read_zones(connection)


if __name__ == "__main__":
    told = read_settings()
    sys.stdout.write(write_prefect_yaml(_zones_of_stores(told), told.time_zone))
