"""Leads from other programs: as JSON like every fact, and as the trade's XML."""

from sqlalchemy import select

from models.subjects.lead import Lead
from tests.postgres.api.conftest import Desk

ADF = (
    "<adf><prospect><id>7</id><requestdate>2026-03-11T01:30:00Z</requestdate><customer><contact>"
    "<name>Ann Miller</name><phone>13800138001</phone></contact></customer></prospect></adf>"
)
XML = {"Content-Type": "application/xml"}
PATH = "/api/v1/leads/adf?store=SH01"


async def test_adf_makes_a_lead_once(desk: Desk) -> None:
    first = await desk.ask("POST", PATH, content=ADF, headers=XML)
    again = await desk.ask("POST", PATH, content=ADF, headers=XML)
    assert [answer.status_code for answer in (first, again)] == [200, 200], first.text
    assert [(answer.json()["inserted"], answer.json()["unchanged"]) for answer in (first, again)] == [(1, 0), (0, 1)]
    assert desk.look(lambda connection: connection.scalars(select(Lead.key)).all()) == ["adf::7"]


async def test_what_is_no_adf_is_a_sentence(desk: Desk) -> None:
    external = f'<!DOCTYPE adf [<!ENTITY x SYSTEM "file:///a/secret">]>{ADF}'
    refused = await desk.ask("POST", PATH, content=external, headers=XML)
    assert (refused.status_code, "a document type or an entity" in refused.json()["detail"]) == (422, True)
    lines = await desk.ask("POST", PATH, content="<adf>" + "\n" * 100_000, headers=XML)
    assert (lines.status_code, "100,000 lines" in lines.json()["detail"]) == (422, True)
    nobody = await desk.ask("POST", PATH, content=ADF.replace("13800138001", ""), headers=XML)
    assert nobody.status_code == 422
    assert nobody.json()["rejects"][0]["field"] == "customer/contact/phone"
    assert (await desk.ask("POST", PATH, json={"rows": []})).status_code == 415


async def test_leads_come_as_json_too(desk: Desk) -> None:
    person = {"key": "C-1", "store": "SH01", "name": "Li Wei", "phone": ["13800138000"]}
    await desk.ask("POST", "/api/v1/customers", json={"rows": [person]})
    row = {"customer": "C-1", "store": "SH01", "urgency": "H", "created_on": "2026-03-11", "source": "website"}
    put = await desk.ask("PUT", "/api/v1/leads/L-1", json=row)
    assert put.status_code == 200, put.text
    assert desk.look(lambda connection: connection.scalars(select(Lead.source)).all()) == ["website"]
