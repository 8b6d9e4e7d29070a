"""What was written reads back the same: as a folder, as a zip, as JSON."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from scheduler.reading import examine, read
from scheduler.writing import scenario_files, scenario_json, scenario_zip, write_scenario
from tests.schools import TINY, put, scenarios

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)


@settings(max_examples=150, suppress_health_check=SLOW)
@given(scenario=scenarios())
def test_every_form(scenario):
    with tempfile.TemporaryDirectory() as folder:
        found = examine(put(Path(folder), scenario_files(scenario)))
    assert [str(problem) for problem in found.problems] == []
    assert found.scenario == scenario
    assert found.scenario.digest == scenario.digest
    for data in (scenario_zip(scenario), scenario_json(scenario)):
        again = read(data)
        assert again == scenario
        assert again.digest == scenario.digest


@settings(max_examples=30, suppress_health_check=SLOW)
@given(scenario=scenarios())
def test_a_parsed_document(scenario):
    assert read(json.loads(scenario_json(scenario))) == scenario


@settings(max_examples=30, suppress_health_check=SLOW)
@given(scenario=scenarios())
def test_equal_scenarios_give_equal_bytes(scenario):
    again = read(scenario_json(scenario))
    assert scenario_files(again) == scenario_files(scenario)
    assert scenario_zip(again) == scenario_zip(scenario)
    assert scenario_json(again) == scenario_json(scenario)


@pytest.mark.parametrize("name", ["folder", "school.zip", "school.json"])
def test_tiny(tmp_path, name):
    scenario = read(TINY)
    write_scenario(scenario, tmp_path / name)
    assert read(tmp_path / name) == scenario
