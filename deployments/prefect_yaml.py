"""prefect.yaml for `prefect deploy`: the schedules, for workers of a work pool.

`python -m deployments.prefect_yaml` prints it for the processes and the time zones of the stores in the database that
AFTERCARE_DATABASE_URL names, or, where it names none, for the shipped processes and AFTERCARE_TIME_ZONE. The file
beside this one is that for the default zone.
"""

import sys
from collections.abc import Sequence

import yaml
from sqlalchemy import create_engine, pool

from deployments.database import open_database
from deployments.pool import DEPLOYMENT
from deployments.schedules import Served, read_flows, read_zones, schedules_of, shipped_flows
from models.core.settings import Settings, read_settings

POOL = "aftercare"
"""The work pool that the workers poll."""
HEADING = """\
# The flows for the workers of a work pool, on several machines. docs/operating.md says how it is used.
# Written by `python -m deployments.prefect_yaml` from the policies and deployments/schedules.py;
# a test compares them.
"""


def write_prefect_yaml(flows: Sequence[Served], zones: Sequence[str], home_zone: str) -> str:
    """The text of prefect.yaml for flows and stores in these time zones; `home_zone` is the installation's own."""
    content = {
        "name": "aftercare",
        "pull": [{"prefect.deployments.steps.set_working_directory": {"directory": "{{ $AFTERCARE_HOME }}"}}],
        "deployments": [_deployment(served, zones, home_zone) for served in flows],
    }
    written: str = yaml.safe_dump(content, sort_keys=False, width=120, allow_unicode=True)
    return HEADING + written


def _deployment(served: Served, zones: Sequence[str], home_zone: str) -> dict[str, object]:
    said = {"description": served.description} if served.description else {}
    found_by = {"tags": list(served.tags)} if served.tags else {}
    alone = {"concurrency_limit": {"limit": 1, "collision_strategy": "CANCEL_NEW"}} if served.one_at_a_time else {}
    return {
        "name": DEPLOYMENT,
        "flow_name": str(served.name),
        **said,
        **found_by,
        "entrypoint": f"{served.module}.{served.function}",
        "work_pool": {"name": POOL},
        **alone,
        "schedules": [
            {"slug": schedule.slug, "cron": schedule.cron, "timezone": schedule.zone}
            for schedule in schedules_of(served, zones, home_zone)
        ],
    }


def _read_installation(settings: Settings) -> tuple[Sequence[Served], list[str]]:
    """The flows and the time zones of the stores; without a database, those that are shipped and none."""
    if settings.database_url is None:
        return shipped_flows(), []
    with (
        open_database(settings) as url,
        create_engine(url, hide_parameters=True, poolclass=pool.NullPool).connect() as connection,
    ):
        return read_flows(connection), read_zones(connection)


if __name__ == "__main__":
    told = read_settings()
    sys.stdout.write(write_prefect_yaml(*_read_installation(told), told.time_zone))
