"""Chromium without a screen, for tests of pages: where it is, and what it says of a page."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
ALONE = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)

needed = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason=f"no Chromium: none of {', '.join(NAMES)} is on the path"
    ),
]
"""Marks of a module whose tests need it."""


class Read(NamedTuple):
    """What a page said, asked for, and keeps from some people.

    Attributes
    ----------
    said : list of str
        Lines of the console, and errors.
    fetched : list of str
        Addresses that were asked for beside the page itself.
    barriers : list of (str, str)
        What axe-core objects to: rule and impact.
    """

    said: list[str]
    fetched: list[str]
    barriers: list[tuple[str, str]]


def launched() -> Iterator[Any]:
    """A browser; ends with the generator."""
    with sync_playwright() as tools:
        found = tools.chromium.launch(executable_path=CHROMIUM, args=[*ALONE])
        yield found
        found.close()


def read(browser: Any, page: Path, media: str) -> Read:
    """Open a page on the screen or as it would be printed."""
    said: list[str] = []
    fetched: list[str] = []
    sheet = browser.new_page(viewport={"width": 1100, "height": 900})
    sheet.on("console", lambda message: said.append(message.text))
    sheet.on("pageerror", lambda error: said.append(str(error)))
    sheet.on("request", lambda request: fetched.append(request.url))
    sheet.emulate_media(media=media)
    sheet.goto(page.as_uri())
    found = Axe().run(sheet).response["violations"]
    sheet.close()
    assert fetched[:1] == [page.as_uri()]
    return Read(said, fetched[1:], [(one["id"], one["impact"]) for one in found])
