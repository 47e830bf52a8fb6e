"""An import kind that this house does not have: written as a drawer into a folder that is looked into, too."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

import tasks.subjects
from tasks.intake.kinds import find_kinds

TABLE = """
create table test_drives (
    id bigserial primary key, store_id bigint not null references stores, key text not null,
    customer_id bigint not null references customers, model text, driven_on date not null, mood text
)
"""
DRAWER = '''
"""The import kind of test drives."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, Date, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.core.reasons import as_written
from tasks.intake.columns import CUSTOMER_COLUMNS, GIVES_CUSTOMER, STORE, Column, KindName, key
from tasks.intake.files.reading import Holds, choice
from tasks.intake.kinds import Kind
from tasks.intake.merging import Field, assign_ids, find_by_key, merge, reject
from tasks.intake.references import find_customers
from tasks.intake.samples import Sample, with_cells
from tasks.intake.values.choices import words_of


class Mood(StrEnum):
    GLAD = "glad"
    SAD = "sad"


class Base(DeclarativeBase):
    pass


class TestDrive(Base):
    __tablename__ = "test_drives"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    store_id: Mapped[int]
    key: Mapped[str]
    customer_id: Mapped[int]
    model: Mapped[str]
    driven_on: Mapped[date]
    mood: Mapped[str]


MOODS = words_of(Mood, {Mood.GLAD: "happy,开心", Mood.SAD: "unhappy,难过"})


def check(row, _house):
    if row.values["model"] == "tractor":
        row.refuse("model", as_written("expected a car"), row.values["model"])


def load(load, staged):
    find_customers(load.connection, staged)
    load.keep_last(staged, "store_id", "key")
    find_by_key(load.connection, staged, TestDrive)
    assign_ids(load.connection, staged, TestDrive)
    merge(load.connection, staged, TestDrive, [
        Field("customer_id", "customer_id", given_by=GIVES_CUSTOMER),
        Field("model", "model"), Field("driven_on", "driven_on"), Field("mood", "mood", default="glad"),
    ])


class DriveRow(NamedTuple):
    store: str
    key: str
    customer: str
    driven_on: date


def drives(customer):
    yield DriveRow(customer.store.code, customer.key_of("T", 1), customer.key, customer.today)


TEST_DRIVES = Kind(
    name=KindName("test-drives"),
    meaning="A drive before the sale.",
    columns=(
        STORE,
        key("number of the drive"),
        *CUSTOMER_COLUMNS,
        Column("model", Holds.TEXT, "the car that was driven"),
        Column("driven_on", Holds.DATE, "the day", required=True),
        Column("mood", choice("mood", MOODS), "glad, sad; glad"),
    ),
    identity="store and key",
    one_of=(("customer", "customer_phone"),),
    after=("customers",),
    check=check,
    load=load,
    api_scope="test-drives:write",
    example={"key": "T-1", "customer": "C-1001", "driven_on": "2026-03-01", "mood": "开心"},
    sample=Sample(DriveRow, drives, (with_cells(driven_on="soon"),)),
)
'''


def write_drawer(folder: Path, name: str, source: str = DRAWER) -> Path:
    """Write a drawer of a subject; its module `intake`."""
    drawer = folder / name
    drawer.mkdir()
    (drawer / "__init__.py").write_text('"""A scratch drawer."""\n', encoding="utf-8")
    module = drawer / "intake.py"
    module.write_text(dedent(source).lstrip(), encoding="utf-8")
    return module


@contextmanager
def looked_into(folder: Path) -> Iterator[None]:
    """Let the drawers of subjects in a folder be found beside our own, and forget them afterwards."""
    known = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.subjects, "__path__", [*tasks.subjects.__path__, str(folder)])
        find_kinds.cache_clear()
        try:
            yield
        finally:
            for name in set(sys.modules) - known:
                if name.startswith("tasks.subjects."):
                    del sys.modules[name]
                    vars(tasks.subjects).pop(name.split(".")[2], None)
            find_kinds.cache_clear()
