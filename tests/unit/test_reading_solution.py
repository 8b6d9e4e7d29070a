"""Reading a solution back: what is missing or wrong is said as for a scenario."""

import pytest

from scheduler.models import Solution
from scheduler.reading import BadSolution, read_solution
from scheduler.writing import solution_files
from tests.schools import TINY, put
from tests.unit.test_writing import SOLUTION


def said(folder) -> list[str]:
    with pytest.raises(BadSolution) as caught:
        read_solution(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_or_nothing_is_no_solution(tmp_path):
    assert len(said(tmp_path / "nothing")) == 1
    (tmp_path / "a.json").write_text("{}")
    assert said(tmp_path / "a.json") == ["a.json: this is no folder; name the folder of a solution"]


def test_missing_files(tmp_path):
    found = said(put(tmp_path, {"ledger.csv": b"person,owed\n"}))
    assert [line.partition(":")[0] for line in found] == [
        "assignments.csv",
        "certificate.json",
        "findings.csv",
        "sessions.csv",
    ]


def test_wrong_cells_and_columns(tmp_path):
    files = solution_files(SOLUTION)
    files["assignments.csv"] = b"person,reason,rank\ns1,whim,1\ns2,choice,first\n"
    files["sessions.csv"] = b"session,activity,block\nx,y,z\n"
    files["findings.csv"] = b""
    files["certificate.json"] = b'{"value": "x", "bound": null, "gap": null, "seed": 1.5}'
    found = said(put(tmp_path, files))
    assert [line.partition("; ")[0] for line in found] == [
        "assignments.csv:2:reason: 'whim' is not known here",
        "assignments.csv:3:rank: 'first' is no whole number",
        "certificate.json:counts: there is no value",
        "certificate.json:findings_per_rule: there is no value",
        "certificate.json:points_per_rule: there is no value",
        "certificate.json:seed: '1.5' is no whole number",
        "certificate.json:status: there is no value",
        "certificate.json:stopped_by: there is no value",
        "certificate.json:value: 'x' is no number",
        "findings.csv: the file is empty",
        "sessions.csv:1:min_size: the column 'min_size' is missing",
        "sessions.csv:1:open: the column 'open' is missing",
        "sessions.csv:1:size: the column 'size' is missing",
    ]


@pytest.mark.parametrize("text", [b"[]", b"{", b"\xff"])
def test_certificates_that_are_none(tmp_path, text):
    (line,) = said(put(tmp_path, {**solution_files(SOLUTION), "certificate.json": text}))
    assert line.startswith("certificate.json:")


def test_findings_without_subjects_and_extra_columns(tmp_path):
    files = solution_files(SOLUTION)
    files["findings.csv"] = b"rule,subjects,amount,cost,text\nplace,,1,1000,\n"
    found = read_solution(put(tmp_path, files))
    assert isinstance(found, Solution)
    assert (found.findings[0].subjects, found.findings[0].weight) == ((), "cost")


def test_a_scenario_is_no_solution():
    assert said(TINY)
