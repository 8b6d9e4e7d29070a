"""`flexweave diagnose` and `flexweave diff` on the tiny school."""

import json

from typer.testing import CliRunner

from scheduler.cli.app import app
from tests.schools import TINY, put, tiny, with_rows

RUN = CliRunner()


def run(*words):
    return RUN.invoke(app, [str(word) for word in words])


def test_a_possible_school_and_its_answer(tmp_path):
    out = tmp_path / "out"
    assert run("solve", TINY, "-o", out, "-q").exit_code == 0
    for words in (("diagnose", TINY), ("diagnose", TINY, out)):
        found = run(*words)
        assert found.exit_code == 0
        assert found.stdout.startswith("Possible:")
        assert "--audience coordinator shows more" in found.stderr
    same = run("diff", out, out, "--scenario", TINY, "--audience", "coordinator")
    assert same.stdout.startswith("0 people have another place.")
    assert json.loads(run("diff", out, out, "--json").stdout)["moves"] == []
    assert run("diff", out, out).stdout == "No session opened or closed.\n"
    own = run("diff", out, out, "--audience", "student", "--person", "s1")
    assert own.stdout == "Nothing changed for you.\nNo session opened or closed.\n"
    nobody = run("diff", out, out, "--person", "zz")
    assert nobody.exit_code == 2 and "there is no person 'zz'" in nobody.stderr
    assert "nearest" not in nobody.stderr


def test_an_impossible_school_ends_with_1_and_names_why(tmp_path):
    pairs = "a,b,relation,kind,hard\ns1,s2,apart,flex,true\n"
    school = put(tmp_path / "school", tiny(pairs=pairs, locks=with_rows("locks", *_two_in_one())))
    found = run("diagnose", school, "--audience", "coordinator", "--json")
    assert found.exit_code == 1
    document = json.loads(found.stdout)
    assert document["status"] == "impossible"
    told = json.loads(run("diagnose", school, "--json").stdout)
    assert (told["status"], told["conflicts"]) == ("impossible", [])
    assert {member["rule"] for member in document["conflicts"][0]["members"]} == {"locks", "pairs"}


def _two_in_one():
    return ["s1,algebra-mon,in", "s2,algebra-mon,in"]


def test_bad_input_ends_with_2(tmp_path):
    school = put(tmp_path / "school", tiny(students=None))
    assert run("diagnose", school).exit_code == 2
