"""The console as a program of its own, on a copy of the sample dealership, and a real browser before it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import URL, Engine, create_engine

from deployments.embedded import connect
from deployments.postgres import Cluster
from models.settings import Settings
from models.words import ProcessName, Role
from tasks.access.users import NewUser, add_user
from tasks.catalogue import install_if_empty
from tasks.dispatch.dispatch import dispatch_due
from tasks.planning.sweep import plan
from tasks.sample.dealership import SAMPLE_MOMENT, write_sample
from tasks.sample.loading import load_sample
from tests.support.databases import make_once
from tests.support.ports import free_port

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first is a third of the work of the others, which run their own windows' pages beside each page of a test."""
CHROMIUM = next(filter(None, map(which, BROWSERS)), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
CUSTOMERS = 150
PASSWORD = "correct horse battery"
STORE = "SH01"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each module that drives a browser, on one worker: it shares a console."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@dataclass(frozen=True)
class Console:
    """A running console."""

    address: str
    engine: Engine

    def add_user(self, login: str, role: Role, store: str | None = STORE, language: str = "en") -> str:
        """Someone who can sign in with `PASSWORD`; the login."""
        with self.engine.begin() as connection:
            add_user(connection, NewUser(login, role, store, language=language), PASSWORD, SAMPLE_MOMENT, "test")
        return login


@pytest.fixture(scope="session")
def sample_database(bare_database: str, postgres: Cluster, shared_directory: Path) -> str:
    """The name of a database with the sample dealership, in which all was planned and dispatched once."""

    def fill(url: URL) -> None:
        fill_sample(url, shared_directory / "sample", CUSTOMERS)

    return make_once(postgres, shared_directory, "aftercare_sample", bare_database, fill)


def fill_sample(url: URL, folder: Path, customers: int) -> None:
    """The sample dealership, planned and dispatched once at its moment."""
    engine, settings = create_engine(url), Settings(home=folder)
    with engine.begin() as connection:
        install_if_empty(connection, SAMPLE_MOMENT)
    write_sample(folder, customers, 7)
    for _ in load_sample(engine, folder, settings):
        pass
    with engine.begin() as connection:
        for process in ProcessName:
            plan(connection, process, SAMPLE_MOMENT, None)
    asyncio.run(dispatch_due(engine, settings, lambda: SAMPLE_MOMENT))
    engine.dispose()


@pytest.fixture(scope="module")
def console_variables() -> dict[str, str]:
    """What else a module's console shall find in its environment."""
    return {}


@pytest.fixture(scope="module")
def console(
    sample_database: str,
    postgres: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
    console_variables: dict[str, str],
) -> Iterator[Console]:
    """A console of this module's own, with its clock at the sample's moment."""
    home = tmp_path_factory.mktemp("console")
    name = f"console_{home.name.replace('-', '_')}_{os.getpid()}"
    with ExitStack() as ending:
        with connect(postgres) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {sample_database} STRATEGY file_copy")
        ending.callback(_drop, postgres, name)
        engine = create_engine(postgres.url(name))
        ending.callback(engine.dispose)
        address, process = start_console(postgres.url(name), home, **console_variables)
        ending.callback(_end, process)
        yield Console(address, engine)


def start_console(url: URL, home: Path, **more: str) -> tuple[str, "subprocess.Popen[str]"]:
    """The console's program on a free port; its address, and itself."""
    variables = {
        "AFTERCARE_DATABASE_URL": url.render_as_string(hide_password=False),
        "AFTERCARE_HOME": str(home),
        "AFTERCARE_NOW": SAMPLE_MOMENT.isoformat(),
        "AFTERCARE_CONSOLE_PORT": str(free_port()),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "console.web"],
        env=os.environ | variables | more,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        news = json.loads(line)
        if news["event"] == "console-serving":
            return news["console"], process
    raise AssertionError(f"the console ended with {process.wait()}")


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=30)


def _drop(postgres: Cluster, name: str) -> None:
    with connect(postgres) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def browser(sample_database: str) -> Iterator[Browser]:
    """Chromium, as it is installed on this machine.

    While it runs, Playwright's event loop does: the sample is made before, and other modules' loops come after.
    """
    if CHROMIUM is None:
        pytest.skip(
            "There is no Chromium on this machine; install the package 'chromium-headless-shell' for the browser tests."
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, console: Console) -> Iterator[Visit]:
    """Opens a page as someone: `visit("/calls", login)`. What the browser complains of fails the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(path: str, login: str | None = None, *, phone: bool = False, language: str = "en-GB") -> Page:
        width, height = (390, 844) if phone else (1280, 800)
        context = browser.new_context(locale=language, viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if login is not None:
            sign_in(page, console, login)
        page.goto(console.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, console: Console, login: str, password: str = PASSWORD) -> None:
    """Through the form, as anybody does."""
    page.goto(console.address + "/sign-in?next=/password")
    page.fill("#login", login)
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/password")
