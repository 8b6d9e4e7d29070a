"""Comparisons and sweeps opened in Chromium: quiet, open to everybody, and on two printed pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from tests.chromium import needed, read
from tests.twocalendars import put

pytestmark = needed

ELEMENTARY = Path(__file__).parents[2] / "fixtures" / "short-monday" / "elementary"
CALENDARS = ("--calendar", "current", "--calendar", "short-monday")
PAGES = ("school", "schools", "sweep")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real-sized school compared, two small ones, and a sweep."""
    folder = tmp_path_factory.mktemp("pages")
    law = ("--pack", "IL", "--pack", "CA")
    small = [put(folder / "first.json"), put(folder / "second.json", needs=[])]
    both = ("--calendar", "now", "--calendar", "then", "--results", folder / "small")
    swept = ("--day", "Mon", "--minutes", "-10,-20", "--pd", "none", "--results", folder / "s")
    kept = ("--gap", "0.1", "--results", folder / "kept")
    for given in (
        ("compare", ELEMENTARY, *CALENDARS, *law, *kept, "-o", folder / "school.html"),
        ("compare", *small, *both, "-o", folder / "schools.html"),
        ("calendar", "sweep", small[0], *swept, "-o", folder / "swept"),
    ):
        told = CliRunner().invoke(app, [*map(str, given), "-q"])
        assert told.exit_code == 0, told.output
    (folder / "swept" / "sweep.html").rename(folder / "sweep.html")
    return folder


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_page_is_quiet_alone_and_open_to_everybody(
    made: Path, browser: Any, name: str, media: str
) -> None:
    assert read(browser, made / f"{name}.html", media) == ([], [], [])


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_one_school_prints_on_two_pages(made: Path, browser: Any, paper: str) -> None:
    sheet = browser.new_page()
    sheet.goto((made / "school.html").as_uri())
    printed = sheet.pdf(format=paper)
    sheet.close()
    assert printed.count(b"/Type /Page\n") == 2


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_scrolls_only_its_tables(made: Path, browser: Any, name: str) -> None:
    sheet = browser.new_page(viewport={"width": 380, "height": 800})
    sheet.goto((made / f"{name}.html").as_uri())
    wide = sheet.evaluate("document.documentElement.scrollWidth")
    sheet.close()
    assert wide <= 380


def test_every_picture_says_what_it_shows(made: Path, browser: Any) -> None:
    sheet = browser.new_page()
    sheet.goto((made / "school.html").as_uri())
    pictures = sheet.locator("figure svg")
    told = [pictures.nth(at).locator("desc").text_content() for at in range(pictures.count())]
    sheet.close()
    assert len(told) == 4
    assert "current: Mon 08:45 to 15:45" in told[0]
    assert "IL: 300 minutes a day: current 360, above by 60" in told[1]
    assert all("short-monday" in text or "current" in text for text in told)
