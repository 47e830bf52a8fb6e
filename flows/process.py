"""The flow of a process, made from its policy: plan what is due for everyone, then send what is due.

A file `flows/<process>.py` stands only where the procedure has steps of its own: `prepare(run)`, in place of planning
alone, and `conclude(run)`, after the sending. It is found by being there.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from prefect import Flow, flow

from models.core.words import ProcessName
from models.policies.shipped import shipped_policy, shipped_processes
from tasks.prefect.run import (
    ProcessRun,
    accounted_run,
    check_process,
    dispatch_touches,
    plan_touches,
    rehearse_touches,
)

ProcessFlow = Flow[..., Coroutine[Any, Any, ProcessRun]]
StepOfRun = Callable[[ProcessRun], Awaitable[None]]
MADE_IN = "flows.processes"
"""Where Prefect finds each made flow again, by its attribute."""


@dataclass(frozen=True, slots=True)
class OwnSteps:
    """What the procedure of a process does before its sending and after it."""

    prepare: StepOfRun
    conclude: StepOfRun


async def nothing_more(run: ProcessRun) -> None:
    """The procedure ends with the sending."""


def attribute_of(process: str) -> str:
    """What the flow of a process is called as an attribute of a module."""
    return process.replace("-", "_")


@cache
def own_steps(process: ProcessName) -> OwnSteps:
    """The steps of a process that its policy does not say. Only a shipped process can have some."""
    name = f"flows.{attribute_of(process)}"
    module = import_module(name) if process in shipped_processes() and find_spec(name) else None
    return OwnSteps(getattr(module, "prepare", plan_touches), getattr(module, "conclude", nothing_more))


@cache
def process_flow(process: ProcessName) -> ProcessFlow:
    """The flow of a process, under its own name. Whether there is such a process is asked when it runs."""
    steps = own_steps(process)

    async def run_process(as_of: datetime | None = None, dry_run: bool = False) -> ProcessRun:
        """Plan and send what is due for everyone.

        As of a past moment, only facts dated up to it count. A dry run shows what would happen and does nothing.
        """
        await check_process(process)
        async with accounted_run(process, as_of, dry_run=dry_run) as run:
            if dry_run:
                await rehearse_touches(run)
            elif run.enabled:
                await steps.prepare(run)
                await dispatch_touches(run)
                await steps.conclude(run)
        return run

    run_process.__name__ = run_process.__qualname__ = attribute_of(process)
    run_process.__module__ = MADE_IN
    said = shipped_policy(process).description if process in shipped_processes() else None
    return flow(name=process, description=said["en"] if said else None)(run_process)
