"""The console as a program of its own, on a copy of the sample dealership, and a real browser before it."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import URL, Engine, create_engine

from deployments.embedded import connect
from deployments.postgres import Cluster
from models.core.settings import Settings
from models.core.words import CAMPAIGNS, Role
from models.policies.shipped import shipped_processes
from tasks.access.users import NewUser, add_user
from tasks.dispatch.dispatch import dispatch_due
from tasks.planning.sweep import plan
from tasks.policies.catalogue import install_if_empty
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
PATIENCE_MS = 20_000
"""How long a page may take for what it is to show: a slow machine is no fault of the page."""
PASSWORD = "correct horse battery"
STORE = "SH01"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """As many groups of modules as there are workers, of about as many tests each: a group shares a program."""
    ours = [item for item in items if Path(__file__).parent in item.path.parents]
    sizes = Counter(item.path for item in ours)
    loads = Counter(dict.fromkeys(range(int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))), 0))
    groups: dict[Path, int] = {}
    for path, size in sizes.most_common():
        groups[path] = min(loads, key=lambda group: loads[group])
        loads[groups[path]] += size
    for item in ours:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.xdist_group(f"web-{groups[item.path]}"))


@dataclass(frozen=True)
class Program:
    """The console's program, and the database it works on, which every module has filled anew."""

    address: str
    database: str


@dataclass(frozen=True)
class Console:
    """A running console."""

    address: str
    engine: Engine

    def add_user(self, login: str, role: Role, store: str | None = STORE, language: str = "en") -> str:
        """Add a user who can sign in with `PASSWORD`; returns the login."""
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
        for process in (*shipped_processes(), CAMPAIGNS):
            plan(connection, process, SAMPLE_MOMENT, None)
    asyncio.run(dispatch_due(engine, settings, lambda: SAMPLE_MOMENT))
    engine.dispose()


@pytest.fixture(scope="package")
def program(sample_database: str, postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The console's program, which all modules of a worker share: starting it costs more than most tests."""
    with run_console(sample_database, postgres, tmp_path_factory.mktemp("console")) as program:
        yield program


@contextmanager
def run_console(sample_database: str, postgres: Cluster, home: Path, **more: str) -> Iterator[Program]:
    """The console with its clock at the sample's moment, and with what else its environment shall hold."""
    name = f"console_{home.name.replace('-', '_')}_{os.getpid()}"
    with ExitStack() as ending:
        _fill_anew(postgres, name, sample_database)
        ending.callback(_drop, postgres, name)
        address, process = start_console(postgres.url(name), home, **more)
        ending.callback(_end, process)
        yield Program(address, name)


@pytest.fixture(scope="module")
def console(program: Program, sample_database: str, postgres: Cluster) -> Iterator[Console]:
    """The console, as if nobody had worked in it before this module."""
    _fill_anew(postgres, program.database, sample_database)
    engine = create_engine(postgres.url(program.database))
    yield Console(program.address, engine)
    engine.dispose()


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


def _fill_anew(postgres: Cluster, name: str, template: str) -> None:
    """A copy of the template; whoever is connected finds it in the place of what there was."""
    _drop(postgres, name)
    with connect(postgres) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


def _drop(postgres: Cluster, name: str) -> None:
    with connect(postgres) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="package")
def browser(sample_database: str) -> Iterator[Browser]:
    """Chromium, as it is installed on this machine.

    While it runs, Playwright's event loop does: the sample is made before, and other folders' loops come after.
    """
    if CHROMIUM is None:
        pytest.skip(
            "There is no Chromium on this machine; install the package 'chromium-headless-shell' for the browser tests."
        )
    expect.set_options(timeout=PATIENCE_MS)
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
        page.set_default_timeout(PATIENCE_MS)
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
