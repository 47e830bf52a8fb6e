"""The sample's staff: who has chosen how they are told, whom nothing reaches, and the sheets of today."""

from pathlib import Path

from sqlalchemy import Engine, func, select

from models.core.settings import Settings
from models.ledger.tables import AuditEntry
from models.people.notifications.words import StaffChannel
from tasks.policies.catalogue import install_shipped
from tasks.sample.dealership import SAMPLE_MOMENT, write_sample
from tasks.sample.loading import load_sample
from tasks.sample.staff_words import tell_sample_staff
from tasks.staff.notifications.choosing import list_members
from tasks.staff.notifications.ways import Ways
from tasks.stores.sheets import list_sheets


def test_its_staff_are_told_in_several_ways_and_its_departments_had_their_sheets(
    engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    with engine.begin() as connection:
        install_shipped(connection, SAMPLE_MOMENT)
    write_sample(tmp_path, 120, 3)
    for _ in load_sample(engine, tmp_path, settings):
        pass
    with engine.connect() as connection:
        ways = {one.code: one.ways for one in list_members(connection, Ways(settings)) if one.store == "SH01"}
        sheets = list_sheets(connection, store="SH01", everything=True)
        entries = connection.scalar(select(func.count()).select_from(AuditEntry))
    assert ways["A1"] == (StaffChannel.SMS, StaffChannel.EMAIL)
    assert ways["A2"] == (StaffChannel.WECOM,)
    assert [code for code, by in ways.items() if not by] == ["K1"]
    assert {sheet.department for sheet in sheets} >= {"parts", "workshop"}
    assert all(sheet.acknowledged_by and sheet.visits for sheet in sheets)
    tell_sample_staff(engine, settings, SAMPLE_MOMENT)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(AuditEntry)) == entries
