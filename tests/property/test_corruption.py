"""Two thousand corruptions of a valid scenario: a message that says where, or a valid scenario."""

import re
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from scheduler.reading import Reading, examine, read
from scheduler.writing import scenario_json
from tests.corruptions import FILES, Corrupt, corruptions
from tests.schools import put

PLAIN = re.compile(r"^[^\n]+: [^\n]+; [^\n]+$")
RAW = ("pydantic", "Traceback", "Value error", "Input should", "validation error")
OF_A_WHOLE_FILE = re.compile(
    r"missing|empty|Excel|UTF-16|damaged|climbs|twice|no such file|unpacks|encrypted|uncommon|"
    r"neither|no object|too deep|too long|cannot be read"
)


def examined(corrupt: Corrupt) -> Reading:
    if not corrupt.files:
        return examine(corrupt.data)
    with tempfile.TemporaryDirectory() as folder:
        return examine(put(Path(folder), corrupt.files))


@settings(
    max_examples=2_000,
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(corrupt=corruptions())
def test_a_message_with_its_place_or_a_valid_scenario(corrupt):
    found = examined(corrupt)
    if found.scenario is not None:
        assert found.problems == ()
        assert read(scenario_json(found.scenario)) == found.scenario
        return
    assert found.problems
    for problem in (*found.problems, *found.notes):
        text = str(problem)
        text.encode()
        assert PLAIN.match(text), text
        assert text.startswith(f"{problem.file}:")
        assert not any(word in text for word in RAW), text
    for problem in found.problems:
        row_is_there = problem.row is not None or problem.file in ("scenario.toml",)
        assert row_is_there or OF_A_WHOLE_FILE.search(problem.message), str(problem)


def test_the_scenario_is_valid_before_it_is_corrupted():
    assert examined(Corrupt("not at all", FILES, b"")).problems == ()
