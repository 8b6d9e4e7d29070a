"""The generated pages are what the code says."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_fresh(maker: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert maker.main(["--check"]) == 0, capsys.readouterr().out


def test_a_stale_page_is_said(
    maker: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert maker.main(["--check"], tmp_path) == 1
    assert "docs/rules.md is not what the code says" in capsys.readouterr().out
    assert maker.main([], tmp_path) == 0
    assert maker.main(["--check"], tmp_path) == 0


def test_every_command_and_option_has_its_line(maker: ModuleType) -> None:
    page = maker.command_page()
    for words in ("## flexweave solve", "--time-limit SECONDS", "out/<name of the scenario>"):
        assert words in page
    assert "\\[" not in page
