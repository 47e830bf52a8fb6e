"""Plans of campaigns as TOML files that people edit: printed, and read back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from console.cli.data_files import read_toml
from models.campaigns.plans import CampaignPlan, read_plan
from models.core.errors import InvalidInput
from models.core.toml_text import write_toml
from tasks.campaigns.listing import CampaignRead

ABOUT = ("name", "version")
"""What a file may say beside the plan."""


class UnusableAbout(InvalidInput):
    """A name or a version in a file that is none."""

    def __init__(self, field: str, value: object) -> None:
        self.field, self.value = field, value
        expected = "a text" if field == "name" else "the number that `show --toml` printed"
        super().__init__(f"The campaign is refused. {field}: expected {expected}, found {value!r}.")


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a file says."""

    plan: CampaignPlan
    name: str | None
    """Another name for the campaign; None: it keeps its own."""
    version: int | None
    """The version that the plan was made from; None: whichever is the latest."""


def read_plan_file(path: Path) -> PlanFile:
    """The plan in a file. Raises `UnreadableFile`, `UnusableAbout`, `BadPlan`."""
    data = read_toml(path)
    name, version = (data.pop(field, None) for field in ABOUT)
    _check("name", name, str)
    _check("version", version, int)
    return PlanFile(read_plan(data), name, version)


def _check(field: str, value: Any, kind: type) -> None:
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise UnusableAbout(field, value)


def write_plan_file(read: CampaignRead) -> str:
    """A campaign as a file that `aftercare campaign edit` takes."""
    about = {"name": read.row.name, "version": read.row.version}
    return write_toml(about | read.plan.model_dump(mode="json"))
