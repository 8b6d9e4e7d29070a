"""Every broken scenario says exactly what is expected of it."""

import runpy

import pytest

from scheduler.reading import BadInput, examine, read
from tests.schools import BROKEN

CASES = sorted(path.name for path in BROKEN.iterdir() if path.is_dir())
MAKER = runpy.run_path(str(BROKEN.with_suffix(".py")))


def test_there_are_sixty_cases_and_the_committed_ones_are_those_of_the_maker():
    assert len(CASES) >= 60
    assert sorted(MAKER["CASES"]) == CASES


@pytest.mark.parametrize("name", CASES)
def test_what_is_said(name):
    source = MAKER["source"](BROKEN / name)
    found = examine(source)
    expected = (BROKEN / name / "expected.txt").read_text(encoding="utf-8")
    assert "".join(f"{problem}\n" for problem in found.problems) == expected
    assert found.scenario is None
    assert expected.strip()


@pytest.mark.parametrize("name", CASES)
def test_every_message_names_a_file_and_says_what_would_be_right(name):
    with pytest.raises(BadInput) as caught:
        read(MAKER["source"](BROKEN / name))
    for problem in caught.value.problems:
        assert problem.file
        assert problem.message
        assert problem.hint
        assert "; " not in problem.message
        assert "\n" not in str(problem)


@pytest.mark.parametrize("name", CASES)
def test_the_committed_files_are_those_of_the_maker(name):
    made = MAKER["CASES"][name]
    committed = {
        path.name: path.read_bytes()
        for path in (BROKEN / name).iterdir()
        if path.name != "expected.txt"
    }
    if not name.startswith("zip-"):  # how a zip is packed depends on the version of zlib
        assert committed == made
    assert sorted(committed) == sorted(made)
