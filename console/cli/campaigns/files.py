"""Plans of campaigns as TOML files that people edit."""

from dataclasses import dataclass
from pathlib import Path

from console.cli.data_files import read_toml
from models.campaigns.plans import CampaignPlan, read_plan
from models.core.errors import InvalidInput
from models.core.toml_text import write_toml
from tasks.campaigns.listing import CampaignRead

ABOUT = ("name", "version")
"""What a file may contain besides the plan."""


class UnusableAbout(InvalidInput):
    """The file's name or version is not valid."""

    def __init__(self, field: str, value: object) -> None:
        self.field, self.value = field, value
        expected = "a text" if field == "name" else "the number that `show --toml` printed"
        super().__init__(f"The campaign is refused. {field}: expected {expected}, found {value!r}.")


@dataclass(frozen=True, slots=True)
class PlanFile:
    """The content of a file."""

    plan: CampaignPlan
    name: str | None
    """A new name for the campaign; None keeps its own."""
    version: int | None
    """The version that the plan is based on; None: the latest."""


def read_plan_file(path: Path) -> PlanFile:
    """Read the plan in a file. Raises `UnreadableFile`, `UnusableAbout`, `BadPlan`."""
    data = read_toml(path)
    name, version = (data.pop(field, None) for field in ABOUT)
    _check("name", name, str)
    _check("version", version, int)
    return PlanFile(read_plan(data), name, version)


def _check(field: str, value: object, kind: type) -> None:
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise UnusableAbout(field, value)


def write_plan_file(read: CampaignRead) -> str:
    """A campaign as a file that `aftercare campaign edit` accepts."""
    about = {"name": read.row.name, "version": read.row.version}
    return write_toml(about | read.plan.model_dump(mode="json"))
