"""A page behind a link is its own module, HTML and wording, and one line in its kit: nothing else is edited."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from textwrap import dedent
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import URL, Engine
from starlette.responses import Response

import console.customer_pages
from console.customer_pages import routes
from console.shared import plain_pages, words
from console.shared.database import Database
from models.core.settings import Settings
from models.core.words import LinkPurpose, SubjectKind
from models.kits.letters import variables_of
from models.kits.links import make_link
from tasks.messages import links
from tasks.messages.links import write_token
from tests.support.completeness import missing_of_subject
from tests.support.scratch_kits import TYRES, kits_in, write_kit
from tests.support.world import World, at

SETTINGS = Settings(now="2026-03-10T10:00+08:00", secret=SecretStr("known to this test alone, and long enough"))
SET = SubjectKind("tyre-set")
RACK = LinkPurpose("rack")
WITH_LINK = TYRES.replace(
    "TRAITS = SubjectTraits(",
    """from datetime import timedelta
    from models.core.words import LinkPurpose
    from models.kits.contract import LinkOffer

    TRAITS = SubjectTraits(
        links=(LinkOffer(LinkPurpose("rack"), "t", "the page where a set is asked back", timedelta(days=30)),),""",
)
PAGE = """
    '''The page of a tyre set.'''

    from models.core.words import LinkPurpose

    PURPOSE = LinkPurpose("rack")


    async def show(guest, problem=""):
        return guest.page("customer_rack.html", number=guest.link.subject_id, back=guest.form.get("day", ""))


    async def ask_back(guest):
        return guest.back(asked=guest.form["day"])


    DEEDS = {"ask-back": ask_back}
"""
LOOK = """
    {% extends "customer.html" %}
    {% block page %}<h1>{{ say("customer_rack.title") }}</h1><p>{{ number }}</p>{% endblock %}
"""
SAID = """
    title = { zh-CN = "您的轮胎", en = "Your tyres" }
"""


@pytest.fixture
def drawers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The kit with a link, and the places of its page beside our own."""
    write_kit(tmp_path, WITH_LINK)
    for name, text in (("pages/rack.py", PAGE), ("looks/customer_rack.html", LOOK), ("said/customer_rack.toml", SAID)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text).lstrip(), encoding="utf-8")
    for place, files in ((plain_pages.LOOKS, "looks/*"), (words.WORDING, "said/*")):
        copied = tmp_path / f"all_{place.name}"
        copied.mkdir()
        for file in (*place.glob("*"), *tmp_path.glob(files)):
            (copied / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(plain_pages, "LOOKS", tmp_path / "all_looks")
    monkeypatch.setattr(words, "WORDING", tmp_path / "all_wording")
    monkeypatch.setattr(console.customer_pages, "__path__", [*console.customer_pages.__path__, str(tmp_path / "pages")])
    forget()
    with kits_in(tmp_path):
        yield tmp_path
    forget()
    sys.modules.pop("console.customer_pages.rack", None)
    vars(console.customer_pages).pop("rack", None)


def forget() -> None:
    """Look for pages anew."""
    for found in (routes.find_pages, plain_pages._environment, words.read_wording, links._openings):
        found.cache_clear()


@pytest.fixture
def address(drawers: Path, engine: Engine) -> str:
    """Of the page of one set."""
    with engine.begin() as connection:
        world = World(connection)
        customer = world.customer()
        link = make_link(RACK, SET, world.vehicle(customer), customer, at("2026-03-10 10:00"))
    return f"/c/{write_token(SETTINGS, link)}"


@pytest.fixture
async def browser(drawers: Path, database_url: URL) -> AsyncIterator[AsyncClient]:
    """Somebody who follows links."""
    database = Database(database_url, SETTINGS)
    application = FastAPI()

    @application.middleware("http")
    async def with_database(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        request.state.database = database
        return await go_on(request)

    application.include_router(routes.routes)
    async with AsyncClient(transport=ASGITransport(app=application), base_url="http://shop.test") as client:
        yield client
    database.close()


async def test_its_link_opens_the_page_in_both_languages(browser: AsyncClient, address: str) -> None:
    assert "<h1>Your tyres</h1>" in (await browser.get(f"{address}?lang=en")).text
    assert "<h1>您的轮胎</h1>" in (await browser.get(f"{address}?lang=zh-CN")).text


async def test_what_is_done_at_it_is_done_by_its_form(browser: AsyncClient, address: str) -> None:
    done = await browser.post(f"{address}/ask-back", data={"day": "2026-04-01"})
    assert done.status_code == 303
    assert urlsplit(done.headers["location"]).query == "asked=2026-04-01"
    assert (await browser.get(f"{address}/ask-back")).headers["location"] == address


def test_its_letters_may_name_the_link(drawers: Path) -> None:
    assert variables_of(SET)["links.rack"] == "the page where a set is asked back"
    assert not [sentence for sentence in missing_of_subject(SET) if "has no page" in sentence]


def test_a_link_without_a_page_is_missed(drawers: Path) -> None:
    (drawers / "pages" / "rack.py").unlink()
    forget()
    assert "the link 'rack' of 'tyre-set' has no page in console/customer_pages" in list(missing_of_subject(SET))
