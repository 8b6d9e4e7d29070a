"""The pages opened in Chromium: nothing is fetched, nothing complains, everybody can read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scheduler.cli.app import app
from tests.chromium import needed, read

ROOT = Path(__file__).parents[2]
TINY = ROOT / "fixtures" / "tiny"
pytestmark = needed

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


@pytest.mark.parametrize("name", [*PAGES, "bare"])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_page_is_quiet_alone_and_open_to_everybody(
    made: Path, browser: Any, name: str, media: str
) -> None:
    found = read(browser, made / f"{name}.html", media)
    grave = [rule for rule, impact in found.barriers if impact in ("serious", "critical")]
    assert (found.said, found.fetched, grave) == ([], [], [])


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
