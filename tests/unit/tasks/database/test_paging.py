"""Cursors as text in a URL."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.database.paging import Cursor, UnusableCursor


@given(at=st.datetimes(timezones=st.just(UTC)), identity=st.uuids())
def test_a_place_survives_being_written(at: datetime, identity: UUID) -> None:
    assert Cursor.read(str(Cursor(at, identity))) == Cursor(at, identity)


@pytest.mark.parametrize("text", ["", "x", "é", "MjAyNi0wMy0xMA==", "?after=1"])
def test_what_no_page_has_named_is_refused(text: str) -> None:
    with pytest.raises(UnusableCursor):
        Cursor.read(text)


@given(st.text(max_size=200))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    with suppress(UnusableCursor):
        Cursor.read(text)


def test_a_moment_without_a_zone_names_no_place() -> None:
    naive = Cursor(datetime(2026, 3, 10, 10, 0), UUID(int=1))  # noqa: DTZ001  that is what is wrong with it
    with pytest.raises(UnusableCursor):
        Cursor.read(str(naive))
