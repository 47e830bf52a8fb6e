"""The pages for operators and newcomers leave no setting and no state out."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from models.core.retention import DaysKept, retention_lines
from models.core.settings import ChannelAddresses, MailStyle, MessagePrices, Settings, StaffAddresses
from models.core.words import TouchState
from models.database.tables import metadata
from tasks.channels.opening import open_channel

DOCS = Path(__file__).parents[3] / "docs"
OPERATING = (DOCS / "operating.md").read_text(encoding="utf-8")
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
NESTED = {"channels", "store_channels", "prices", "mail", "days_kept", "staff_channels"}


def variables() -> list[str]:
    """Every variable of the settings; those of a store with the code that the page uses."""
    plain = [f"AFTERCARE_{name.upper()}" for name in Settings.model_fields if name not in NESTED]
    channels = [name.upper() for name in ChannelAddresses.model_fields]
    nested = [f"AFTERCARE_CHANNELS__{name}" for name in channels]
    nested += [f"AFTERCARE_PRICES__{name.upper()}" for name in MessagePrices.model_fields]
    nested += [f"AFTERCARE_STAFF_CHANNELS__{name.upper()}" for name in StaffAddresses.model_fields]
    nested += [f"AFTERCARE_MAIL__{name.upper()}" for name in MailStyle.model_fields]
    nested += [f"AFTERCARE_DAYS_KEPT__{name.upper()}" for name in DaysKept.model_fields]
    return [*plain, *nested, "AFTERCARE_STORE_CHANNELS__CODE__SMS"]


@pytest.mark.parametrize("variable", variables())
def test_each_setting_stands_in_the_table(variable: str) -> None:
    rows = [line for line in OPERATING.splitlines() if line.startswith("| `")]
    assert any(f"`{variable}`" in line.split(" | ")[0] for line in rows)


def test_the_default_of_each_plain_setting_is_told() -> None:
    rows = {line.split("`")[1]: line for line in OPERATING.splitlines() if line.startswith("| `AFTERCARE_")}
    told = {"AFTERCARE_TIME_ZONE": "time_zone", "AFTERCARE_HOME": "home", "AFTERCARE_DISPATCH_BATCH": "dispatch_batch"}
    told |= {"AFTERCARE_PREFECT_EVENTS_DAYS": "prefect_events_days", "AFTERCARE_PREFECT_RUNS_DAYS": "prefect_runs_days"}
    for variable, name in told.items():
        assert str(Settings.model_fields[name].default) in rows[variable].split(" | ")[1]


def test_the_defaults_of_how_long_rows_are_kept_are_told() -> None:
    (row,) = (line for line in OPERATING.splitlines() if line.startswith("| `AFTERCARE_DAYS_KEPT__"))
    assert row.split(" | ")[1] == ", ".join(str(field.default) for field in DaysKept.model_fields.values())


def test_the_table_of_what_grows_is_what_the_tables_declare() -> None:
    section = OPERATING.partition("\n## What grows\n")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")] == retention_lines(metadata)


EXAMPLES = re.findall(r"(AFTERCARE_(?:STORE_)?CHANNELS__\w+)='?(\w+://[^'\s`]*)", OPERATING)


@pytest.mark.parametrize(("setting", "address"), sorted(set(EXAMPLES)))
def test_each_channel_address_that_is_shown_is_a_good_one(setting: str, address: str) -> None:
    open_channel(SecretStr(address), setting, Settings())


def test_the_page_shows_channels_of_each_sort() -> None:
    schemes = {address.partition("://")[0] for _, address in EXAMPLES}
    assert {"outbox", "gateways", "mailtos"} <= schemes


@pytest.mark.parametrize("state", TouchState)
def test_each_state_of_a_touch_is_explained(state: TouchState) -> None:
    assert f"| `{state}` | " in GLOSSARY
