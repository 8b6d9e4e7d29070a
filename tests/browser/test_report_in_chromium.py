"""The pages opened in Chromium: nothing is fetched, nothing complains, everybody can read them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from scheduler.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TINY = ROOT / "fixtures" / "tiny"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason=f"no Chromium: none of {', '.join(NAMES)} is on the path"
    ),
]

PAGES = {
    "whole": ("-o", "--audience", "admin"),
    "student": ("-o", "--person", "s1"),
    "rosters": ("--rosters", "--audience", "coordinator"),
    "slips": ("--slips", "--audience", "coordinator"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page of the tiny school's answer, with prices that stand in for verified ones."""
    folder = tmp_path_factory.mktemp("pages")
    run = CliRunner().invoke
    assert run(app, ["solve", str(TINY), "-o", str(folder / "out"), "-q"]).exit_code == 0
    (folder / "prices.csv").write_text("session,price\nrobotics-mon,20\n")
    given = ["report", str(folder / "out"), "--prices", str(folder / "prices.csv")]
    for name, (flag, *more) in PAGES.items():
        target = [flag, str(folder / f"{name}.html"), "--scenario", str(TINY)]
        found = run(app, [*given, *target, *more])
        assert found.exit_code == 0, found.output
    bare = [*given, "-o", str(folder / "bare.html"), "--audience", "coordinator"]
    assert run(app, bare).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as tools:
        found = tools.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        yield found
        found.close()


@pytest.mark.parametrize("name", [*PAGES, "bare"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_page_is_quiet_alone_and_open_to_everybody(
    made: Path, browser: Any, name: str, media: str
) -> None:
    said: list[str] = []
    asked: list[str] = []
    address = (made / f"{name}.html").as_uri()
    sheet = browser.new_page(viewport={"width": 1100, "height": 900})
    sheet.on("console", lambda message: said.append(message.text))
    sheet.on("pageerror", lambda error: said.append(str(error)))
    sheet.on("request", lambda request: asked.append(request.url))
    sheet.emulate_media(media=media)
    sheet.goto(address)
    found = Axe().run(sheet).response["violations"]
    grave = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
    sheet.close()
    assert (said, asked, grave) == ([], [address], [])


def test_a_narrow_page_scrolls_only_its_tables(made: Path, browser: Any) -> None:
    sheet = browser.new_page(viewport={"width": 380, "height": 800})
    sheet.goto((made / "whole.html").as_uri())
    wide = sheet.evaluate("document.documentElement.scrollWidth")
    sheet.close()
    assert wide <= 380


def test_each_slip_is_a_printed_page(made: Path, browser: Any) -> None:
    sheet = browser.new_page()
    sheet.goto((made / "slips.html").as_uri())
    printed = sheet.pdf(format="A4")
    people = sheet.locator("section.sheet").count()
    sheet.close()
    assert people == 6
    assert printed.count(b"/Type /Page\n") == people
