"""What is shown as TOML can be given back."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.campaigns.audiences import AudienceRule
from models.campaigns.plans import read_plan
from models.core.toml_text import write_toml
from models.core.words import ProcessName
from models.policies.shipped import read_policy, shipped_policy, shipped_processes
from tests.support.audience_oracle import AUDIENCES
from tests.support.campaigns import plan_data

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALAR = st.booleans() | st.integers(-(2**40), 2**40) | TEXT
TABLES = st.recursive(
    st.dictionaries(TEXT, SCALAR | st.lists(SCALAR, max_size=3), max_size=4),
    lambda inner: st.dictionaries(TEXT, SCALAR | inner | st.lists(inner, min_size=1, max_size=2), max_size=3),
    max_leaves=8,
)


@given(TABLES)
def test_what_is_written_is_what_is_read(data: dict[str, object]) -> None:
    assert tomllib.loads(write_toml(data)) == data


@pytest.mark.parametrize("process", shipped_processes())
def test_a_shown_policy_can_be_given_back(process: ProcessName) -> None:
    policy = shipped_policy(process)
    shown = write_toml({"process": process} | policy.model_dump(mode="json", exclude_defaults=True))
    assert read_policy(process, tomllib.loads(shown)) == policy


@given(AUDIENCES)
def test_every_plan_survives_its_way_through_toml(audience: AudienceRule) -> None:
    plan = read_plan(plan_data(audience=audience.model_dump()))
    written = write_toml(plan.model_dump(mode="json"))
    read = read_plan(tomllib.loads(written))
    assert read == plan
    assert write_toml(read.model_dump(mode="json")) == written


def test_null_is_left_out() -> None:
    assert write_toml({"a": None, "b": [1, "x"], "c": {"d": True}}) == 'b = [1, "x"]\n\n[c]\nd = true\n'
