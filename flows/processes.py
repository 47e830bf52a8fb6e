"""The flow of each process as an attribute, which is how Prefect finds it: `flows.processes.warranty_expiry`.

Any name will do: a process may be added while a worker runs. Its flow, when it runs, refuses a process that there is
not.
"""

import re

from flows.process import ProcessFlow, process_flow
from models.core.words import ProcessName

NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def __getattr__(attribute: str) -> ProcessFlow:
    if not NAME.fullmatch(attribute):
        raise AttributeError(attribute)
    return process_flow(ProcessName(attribute.replace("_", "-")))
