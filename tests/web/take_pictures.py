"""Takes the pictures of the console that the README shows: `make pictures`, wherever there is a Chromium.

They show the sample dealership, so that they can be taken again after every change of a page.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import create_engine

from deployments.embedded import OUR_DATABASE, open_embedded
from models.schema import upgrade
from models.words import Role
from tests.web.conftest import CHROMIUM, FLAGS, Console, fill_sample, sign_in, start_console

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PICTURES = (
    ("today", "/", DESKTOP, Role.MANAGER, "en"),
    ("calls", "/calls", DESKTOP, Role.AGENT, "en"),
    ("approvals", "/approvals", DESKTOP, Role.MANAGER, "en"),
    ("today-phone", "/", PHONE, Role.MANAGER, "zh-CN"),
    ("calls-phone", "/calls", PHONE, Role.AGENT, "zh-CN"),
)
"""Name, page, size, as whom, language."""


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="aftercare-pictures-") as folder, open_embedded(Path(folder) / "home") as cluster:
        url = cluster.url(OUR_DATABASE)
        upgrade(url.render_as_string(hide_password=False))
        fill_sample(url, Path(folder) / "sample", customers=2000)
        address, process = start_console(url, Path(folder))
        engine = create_engine(url)
        try:
            _take(Console(address, engine))
        finally:
            process.terminate()
            process.communicate()
            engine.dispose()


def _take(console: Console) -> None:
    for language in ("en", "zh-CN"):
        for role in (Role.MANAGER, Role.AGENT):
            console.add_user(f"{role}-{language.lower()}", role, language=language)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for name, path, size, role, language in PICTURES:
            page = browser.new_context(viewport=size).new_page()
            sign_in(page, console, f"{role}-{language.lower()}")
            page.goto(console.address + path)
            _settle(page)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


def _settle(page: Page) -> None:
    """Until nothing is fetched any more and the charts stand still."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    main()
