"""`aftercare laws`: the packs are shown with their sources, and one is chosen for a store."""

import json

import pytest
from sqlalchemy import URL, Engine, select
from typer.testing import CliRunner

from console.cli.command import app
from models.core.settings import read_settings
from models.ledger.tables import AuditEntry
from models.people.tables import Store
from tests.support.world import World


def test_a_pack_is_chosen_and_shown(engine: Engine, database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database_url.render_as_string(hide_password=False))
    monkeypatch.setenv("AFTERCARE_NOW", "2026-03-10T10:00")
    monkeypatch.setenv("COLUMNS", "300")
    read_settings.cache_clear()
    with engine.begin() as connection:
        World(connection).store(code="NY01", time_zone="America/New_York")

    def run(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["laws", *arguments])
        assert result.exit_code == status, result.output
        return result.output

    said = run("choose", "us", "--store", "NY01", "--by", "lena")
    assert said == "Store NY01 goes by the pack 'us': United States, 11 rules.\n"
    shown = json.loads(run("show", "--json"))
    assert {"store": "NY01", "law": "us"} in shown["stores"]
    assert [pack["name"] for pack in shown["packs"]] == ["house", "cn", "eu", "us"]
    assert "47 CFR 64.1200(c)(1)" in run("show", "us")
    assert "Stricter hours and counts of states other than Texas and Florida." in run("show", "us")
    assert json.loads(run("show", "cn", "--json"))["endings"][0]["any_of"] == ["拒收请回复R"]
    assert "NY01" in run("show")
    assert "no law pack 'mars'" in run("show", "mars", status=2)
    assert "no law pack 'mars'" in run("choose", "mars", "--store", "NY01", "--by", "lena", status=2)
    assert "There is no store 'XX'." in run("choose", "us", "--store", "XX", "--by", "lena", status=2)
    with engine.connect() as connection:
        assert connection.scalar(select(Store.law).where(Store.code == "NY01")) == "us"
        audited = select(AuditEntry.action, AuditEntry.after).where(AuditEntry.entity_id == "NY01")
        assert connection.execute(audited).all() == [("store.law-chosen", {"law": "us"})]
    read_settings.cache_clear()
