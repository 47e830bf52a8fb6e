"""What a password's hash costs, in the module as it is outside the tests."""

import runpy
from typing import Any

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from tasks.access import passwords

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def outside() -> dict[str, Any]:
    """The module once more, without what the tests change in it."""
    return runpy.run_path(passwords.__file__)


def test_a_hash_costs_what_the_standard_recommends(outside: dict[str, Any]) -> None:
    made = outside["hash_password"](PASSWORD)
    assert extract_parameters(made) == RFC_9106_LOW_MEMORY
    assert outside["is_password"](PASSWORD, made)
    assert not outside["is_password"](PASSWORD.upper(), made)


def test_nobody_s_password_is_no_cheaper_to_guess_and_never_right(outside: dict[str, Any]) -> None:
    assert extract_parameters(outside["_hash_of_nobody"]()) == RFC_9106_LOW_MEMORY
    assert not outside["is_password"](PASSWORD, None)
