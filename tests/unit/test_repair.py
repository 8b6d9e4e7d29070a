"""Changes by hand on `fixtures/tiny`, what is wrong with them, and the command."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from scheduler.cli import app as application
from scheduler.models import Assignment, Away, Change, Lock, Plan, Previous, Scenario, SessionState
from scheduler.reading import examine, read, read_solution
from scheduler.repair import (
    BadChanges,
    Because,
    Curve,
    Move,
    changed,
    checked,
    read_changes,
    repair,
    repairing,
    saying,
    sentences,
    spotted,
    wording,
)
from scheduler.rules import catalogue
from scheduler.solver.mending import Mended, More, Reached
from scheduler.solver.solve import CheckerDisagrees
from scheduler.verify import verify
from scheduler.writing import AFTERWARDS, CannotWrite, write_repaired, write_solution
from tests.rules.worlds import MONDAY, PD, SESSIONS, STAFF, STUDENTS, table
from tests.schools import TINY
from tests.solving import solved_here

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

HEADER = "action,id,block,value\n"


@pytest.fixture(scope="module")
def school() -> Scenario:
    return read(TINY)


def after(school: Scenario, *rows: str, since: str | None = None) -> Scenario:
    changes = [
        Change(**dict(zip(("action", "id", "block", "value"), row.split(","), strict=True)))
        for row in rows
    ]
    done = changed(
        school, checked(school, spotted(changes), since), [("s1", "robotics-mon")], since
    )
    assert not examine(done.document()).problems
    return done


def test_away_takes_the_block_and_locks_in_it(school: Scenario) -> None:
    done = after(school, "away,s6,Mon.flex,")
    assert done.away == (Away(person="s6", block="Mon.flex"),)
    assert done.locks == ()
    assert [row.block for row in after(school, "away,t1,,").away] == [
        "Mon.p1", "Mon.flex", "Mon.advisory", "Wed.p1", "Wed.flex",
    ]  # fmt: skip


def test_cancel_takes_all_that_names_the_session(school: Scenario) -> None:
    done = after(school, "cancel,robotics-mon,,", "cancel,algebra-mon,,")
    names = {s.id for s in done.sessions}
    assert names == {"algebra-wed", "study-wed", "group1", "group2"}
    assert "robotics-mon" not in {c.choice for c in done.choices}
    assert done.locks == () and done.previous == ()


def test_a_lost_room_cancels_who_is_still_in_it(school: Scenario) -> None:
    done = after(school, "room,r1,Mon.flex,")
    assert "algebra-mon" not in {s.id for s in done.sessions}
    moved = after(school, "room,r1,Mon.flex,", "room,algebra-mon,,gym")
    assert {s.id: s.room for s in moved.sessions}["algebra-mon"] == "gym"


def test_lead_resize_and_pull(school: Scenario) -> None:
    free = school.model_copy(
        update={"sessions": tuple(s for s in school.sessions if s.id != "study-wed")}
    )
    done = after(free, "lead,algebra-wed,,t2;t1", "resize,robotics-mon,,2", "pull,s4,,algebra-wed")
    sessions = {s.id: s for s in done.sessions}
    assert sessions["algebra-wed"].leaders == ("t2", "t1")
    assert sessions["robotics-mon"].max_size == 2
    pull = done.pulls[-1]
    assert (pull.person, pull.target, pull.by, pull.tier) == ("s4", "algebra-wed", "t2", "required")


def test_add_with_choices_and_tags_and_drop(school: Scenario) -> None:
    done = after(school, "add,s7,,9;#helper;robotics;study", "drop,s1,,", since="Wed.flex")
    new = done.students[-1]
    assert (new.id, new.grade, new.tags) == ("s7", "9", ("helper",))
    assert [(c.choice, c.rank) for c in done.choices if c.person == "s7"] == [
        ("robotics", 1),
        ("study", 2),
    ]
    assert {row.block for row in done.away if row.person == "s7"} >= {"Mon.flex", "Mon.advisory"}
    assert "s1" not in {c.person for c in done.choices} | {s.id for s in done.students}


def test_needs_stay_when_who_set_them_leaves(school: Scenario) -> None:
    (need,) = after(school, "drop,t1,,").needs
    assert (need.person, need.by) == ("s2", "")


def test_leaders_may_change_places(school: Scenario) -> None:
    done = after(school, "lead,algebra-mon,,t2", "lead,robotics-mon,,t1")
    sessions = {s.id: s.leaders for s in done.sessions}
    assert (sessions["algebra-mon"], sessions["robotics-mon"]) == (("t2",), ("t1",))
    done = after(school, "lead,robotics-mon,,t1", "cancel,algebra-mon,,")
    assert {s.id: s.leaders for s in done.sessions}["robotics-mon"] == ("t1",)


def test_a_leader_who_leaves_leaves_no_session_leaderless(school: Scenario) -> None:
    done = after(school, "drop,t1,,", "lead,algebra-mon,,t2", "cancel,robotics-mon,,")
    assert {s.id for s in done.sessions} == {"algebra-mon", "study-wed", "group2"}
    assert all(s.home != "t1" for s in done.students) and not done.pulls


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("away,s9,Mon.flex,", "id", "no person 's9'"),
        ("away,s1,Tue.flex,", "block", "no block 'Tue.flex' in the cycle"),
        ("away,s1,Mon.flex,x", "value", "takes no value"),
        ("cancel,robotic-mon,,", "id", "write 'robotics-mon'"),
        ("cancel,robotics-mon,Wed.flex,", "block", "is in Mon.flex"),
        ("room,robotics-mon,,r9", "value", "no room 'r9'"),
        ("room,r9,,", "id", "no room 'r9'"),
        ("lead,robotics-mon,,", "value", "nobody would lead"),
        ("lead,robotics-mon,,s1", "value", "no member of staff 's1'"),
        ("lead,robotics-mon,,t1", "value", "t1 leads algebra-mon in Mon.flex"),
        ("resize,robotics-mon,,many", "value", "no number of seats"),
        ("resize,robotics-mon,,1", "value", "fewer than the 2"),
        ("resize,algebra-mon,,0", "value", "fewer than the 1"),
        ("away,s2,Mon.flex,", "id", "a row away s2 already (changes.csv:2)"),
        ("pull,s1,,study;t1;t2", "value", "more than a session and who asks"),
        ("add,s7,,9;study;study", "value", "'study' is chosen twice"),
        ("pull,s1,,chess", "value", "no session or activity 'chess'"),
        ("pull,s1,,study;t9", "value", "no member of staff 't9'"),
        ("add,s1,,9", "id", "already"),
        ("add,s7,,", "value", "has no grade"),
        ("add,s7,,13", "value", "no grade of a student '13'"),
        ("drop,s9,,", "id", "no person 's9'"),
        ("fly,s1,,", "action", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    school: Scenario, tmp_path: Path, row: str, column: str, words: str
) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(f"{HEADER}away,s2,Mon.flex,\n{row}\n", encoding="utf-8")
    with pytest.raises(BadChanges) as bad:
        checked(school, read_changes(path))
    (problem,) = bad.value.problems
    assert str(problem).startswith(f"changes.csv:3:{column}: ")
    assert words in str(problem) and problem.hint


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("drop,s1,,", "drop,s1,,", "already"),
        ("resize,algebra-mon,,5", "resize,algebra-mon,Mon.flex,4", "already"),
        ("pull,s1,,study", "pull,s1,,study;t1", "already"),
        ("cancel,robotics-mon,,", "lead,robotics-mon,,t2", "is cancelled (changes.csv:2)"),
        ("cancel,robotics-mon,,", "room,robotics-mon,,gym", "is cancelled (changes.csv:2)"),
        ("cancel,robotics-mon,,", "resize,robotics-mon,,5", "is cancelled (changes.csv:2)"),
        ("cancel,robotics-mon,,", "add,s7,,9;robotics-mon", "is cancelled (changes.csv:2)"),
    ],
)
def test_rows_that_do_not_go_together(
    school: Scenario, first: str, second: str, words: str
) -> None:
    for rows in ((first, second), (second, first)):
        with pytest.raises(BadChanges) as bad:
            after(school, *rows)
        (problem,) = bad.value.problems
        at = 2 if "cancelled" in words and rows[0] == second else 3
        assert str(problem).startswith(f"changes.csv:{at}:")
        assert words.replace("2", str(5 - at)) in str(problem)


def test_two_pulls_of_one_person_and_two_choices_go_together(school: Scenario) -> None:
    done = after(school, "pull,s1,,study", "pull,s1,,algebra", "away,s1,Mon.p1,", "away,s1,,")
    assert len(done.pulls) == len(school.pulls) + 2


def test_what_is_wrong_is_said_at_once(solved: Path, tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(f"{HEADER}fly,s1,,\naway,s9,,\n", encoding="utf-8")
    done = flexweave("repair", TINY, solved, "--changes", path, "-o", tmp_path / "new")
    assert done.exit_code == 2
    assert "changes.csv:2:action: " in done.output and "changes.csv:3:id: " in done.output
    none = flexweave("repair", TINY, solved, "--changes", tmp_path / "none.csv")
    assert none.exit_code == 2 and "name a file of changes" in none.output


def test_an_option_is_no_row(solved: Path, tmp_path: Path) -> None:
    given = ("repair", TINY, solved, "--away", "t1", "-o", tmp_path / "new")
    done = flexweave(*given, "--block", "Mon.flex", "--from", "Wed.flex")
    assert "leave out --away, or give an earlier --from" in done.output
    path = tmp_path / "changes.csv"
    path.write_text(f"{HEADER}drop,t1,,\n", encoding="utf-8")
    done = flexweave(*given, "--changes", path)
    assert "t1 leaves (changes.csv:2); leave out --away" in done.output


def test_what_is_over_cannot_change(school: Scenario) -> None:
    with pytest.raises(BadChanges, match="is over"):
        after(school, "cancel,robotics-mon,,", since="Wed.flex")
    with pytest.raises(BadChanges, match=r"no block 'Fri\.flex' in the cycle"):
        after(school, "cancel,robotics-mon,,", since="Fri.flex")


# ---- who counts as moving ----------------------------------------------------------------------


def test_whose_place_is_filled_by_leading_does_not_move() -> None:
    """Tom had no place, for nobody could open `x`; he leads it after the change."""
    school = Scenario.model_validate(
        {
            "bells": PD,
            "staff": table(STAFF, "tom,,", "una,a,", "wes,a,", "vic,,"),
            "activities": table("id,kind,only,min_size,max_size", "X,pd,a,2,3", "Y,pd,,1,3"),
            "sessions": table(SESSIONS, "x,X,Mon.pd,,una", "y,Y,Mon.pd,,"),
            "locks": table("person,session,state", "tom,y,out"),
        }
    )
    old = solved_here(school)
    assert {line.person for line in old.assignments if line.session} == {"una", "wes", "vic"}
    found = repair(school, old, (Change(action="lead", id="x", value="tom"),), curve=())
    levels = {level.name: level for level in found.report.levels}
    assert (levels["unplaced"].value, levels["moved"].value) == (0, 2)
    assert levels["moved"].bound == 2
    assert found.report.moved == ("una", "wes")


@pytest.mark.parametrize(
    "change",
    [
        Change(action="cancel", id="robotics-mon"),
        Change(action="drop", id="t1"),
        Change(action="cancel", id="group1"),
    ],
)
def test_what_a_later_round_proves_is_not_lost(school: Scenario, change: Change) -> None:
    found = repair(school, solved_here(school), (change,), curve=())
    assert all(level.proven for level in found.report.levels if level.name != "waived")


def test_the_bounds_of_rounds_are_joined_where_the_levels_before_are_equal() -> None:
    def mended(*levels: tuple[int, int]) -> Mended:
        none = np.zeros(0, dtype=np.int64)
        reached = tuple(Reached(n, *level) for n, level in zip("abc", levels, strict=True))
        return Mended(none, 0, 0, reached, 0, 0, False, none)

    kept = mended((2, 0), (1, 0), (3, 1))
    rounds = [kept, mended((2, 2), (2, 1), (9, 9)), mended((4, 1), (1, 1), (3, 3))]
    assert [level.bound for level in repairing._proven(kept, rounds).levels] == [2, 1, 1]


def test_what_is_waived_and_missed_is_named_and_proven(school: Scenario) -> None:
    old = solved_here(school)
    found = repair(school, old, (Change(action="away", id="t1", block="Mon.flex"),), curve=())
    (waived, *_), (promise,) = found.report.levels, found.report.promises
    assert (waived.name, waived.value, waived.bound) == ("waived", 1, 1)
    assert (promise.level, promise.subjects) == ("waived", ("s6", "algebra-mon"))
    told = "\n".join(sentences(found.report, "coordinator"))
    assert "promises that had to be waived: 1, fewer are impossible" in told
    assert f"waived: {promise.text}" in told and "s6" in promise.text
    pull = Change(action="pull", id="s6", value="robotics-mon")
    found = repair(school, old, (pull,), curve=())
    (promise,) = found.report.promises
    assert (promise.level, promise.rule, promise.what) == ("missed", "pulls", "required")
    assert f"missed: {promise.text}" in "\n".join(sentences(found.report, "admin"))
    for audience in ("student", "staff"):
        assert not any("s6" in text for text in sentences(found.report, audience))


# ---- why somebody moves ------------------------------------------------------------------------


def test_only_places_that_a_change_takes_away_are_explained_by_it(school: Scenario) -> None:
    change = Change(action="away", id="t1", block="Mon.flex")
    found = repair(school, solved_here(school), (change,), curve=())
    for move in found.report.moves:
        assert (move.because.change == 1) == (move.before == "algebra-mon")
    told = [text for text in sentences(found.report, "coordinator") if "(t1 is away)" in text]
    assert told and all("Mon.flex: algebra-mon" in text for text in told)


@pytest.mark.parametrize(
    ("because", "points", "words"),
    [
        (Because(kind="lost", change=1, action="room", id="r1"), 0, "room r1 is lost"),
        (
            Because(kind="lost", change=1, action="room", id="x", room="gym"),
            0,
            "x meets in another room",
        ),
        (Because(kind="fills", id="y"), 0, "keeps y open"),
        (Because(kind="closed", id="x"), 0, "x closes"),
        (Because(kind="room"), 0, "makes room"),
        (Because(kind="better"), 5, "moves as well, for more points"),
        (Because(kind="better"), -5, "moves as well, for a better plan"),
    ],
)
def test_the_reason_of_a_move_in_words(because: Because, points: int, words: str) -> None:
    move = Move(
        person="ada", block="Mon.flex", before="x", after="y", points=Decimal(points),
        because=because,
    )  # fmt: skip
    assert wording.moved(move) == f"ada, Mon.flex: x → y ({words})"


def test_reasons_of_moves_that_no_change_asks_for() -> None:
    """Who fills, who makes room, who leaves what closes, and who just gains."""
    people = ("ada", "ben", "cy", "dan", "eva", "new")
    school = Scenario.model_validate(
        {
            "bells": MONDAY,
            "students": table(STUDENTS, *(f"{p},9,," for p in people)),
            "activities": table("id,kind,min_size,max_size", *(f"{a},flex,0,9" for a in "WXYZ")),
            "sessions": table(SESSIONS, *(f"{a.lower()},{a},Mon.flex,," for a in "WXYZ")),
        }
    )

    def said(after: dict[str, str], sizes: dict[str, tuple[bool, int, int]]) -> dict[str, Because]:
        old = {"ada": "w", "ben": "x", "cy": "x", "dan": "y", "eva": "z"}
        states = [
            SessionState(
                session=s, activity=s.upper(), block="Mon.flex", open=is_open,
                size=sum(there == s for there in after.values()), min_size=least, max_size=most,
            )
            for s, (is_open, least, most) in sizes.items()
        ]  # fmt: skip
        lines = [
            [
                Assignment(person=p, block="Mon.flex", session=s, reason="open-seat")
                for p, s in week.items()
            ]
            for week in (old, after)
        ]
        before = SimpleNamespace(
            scenario=school,
            solution=SimpleNamespace(
                assignments=lines[0],
                plan=Plan(lines=tuple(old.items()), open=frozenset("wxyz")),
            ),
        )
        freedom = SimpleNamespace(
            scenario=school,
            facts=catalogue.facts(school),
            gone_lines=frozenset(),
            newcomers={"new"},
        )
        judgement = SimpleNamespace(assignments=lines[1], sessions=states)
        change = Change(action="add", id="new", value="9")
        moves = saying._Moves(before, judgement, (change,), freedom).all()
        return {move.person: move.because for move in moves}

    free = (True, 0, 9)
    new = said({"ada": "x", "ben": "y", "cy": "x", "dan": "x", "eva": "z", "new": "w"},
               {"w": (True, 0, 1), "x": free, "y": (True, 1, 9), "z": free})  # fmt: skip
    assert (new["ada"].kind, new["ada"].change, new["ada"].id) == ("room", 1, "new")
    assert (new["ben"].kind, new["ben"].id) == ("fills", "y")
    assert new["dan"].kind == "better" and new["new"].kind == "new"
    new = said({"ada": "w", "ben": "x", "cy": "x", "dan": "y", "eva": "y"},
               {"w": free, "x": free, "y": free, "z": (False, 1, 9)})  # fmt: skip
    assert (new["eva"].kind, new["eva"].id) == ("closed", "z")


def test_points_have_no_trailing_zeros(school: Scenario) -> None:
    report = repair(school, solved_here(school), (Change(action="drop", id="s1"),)).report
    gain = Curve(allowed=5, moved=5, gain=Decimal("1250.0000"))
    update = {"value_before": Decimal("390"), "value": Decimal("59172.5000"), "curve": (gain,)}
    told = list(sentences(report.model_copy(update=update), "coordinator"))
    assert "points: 390 before, 59,172.5 now" in told
    assert told[-1] == "if 5 may move: 1,250 points more, 5 move"


# ---- the command -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def solved(school: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("solved")
    write_solution(solved_here(school), folder)
    return folder


def flexweave(*arguments: object) -> Result:
    return CliRunner().invoke(application.app, [str(a) for a in arguments], prog_name="flexweave")


def test_a_teacher_is_absent_at_ten_past_seven(solved: Path, tmp_path: Path) -> None:
    done = flexweave(
        "repair",
        TINY,
        solved,
        "--away",
        "t2",
        "--block",
        "Mon.flex",
        "-o",
        tmp_path / "new",
        "--audience",
        "coordinator",
    )
    assert done.exit_code == 0, done.output
    assert "fewer are impossible" in done.output and "t2 is away" in done.output
    scenario, solution = read(tmp_path / "new" / "scenario"), read_solution(tmp_path / "new")
    assert verify(scenario, solution) == []
    assert not any(line.session == "robotics-mon" for line in solution.assignments)


def test_changes_from_a_file_as_json_and_for_a_student(solved: Path, tmp_path: Path) -> None:
    path = tmp_path / "changes.csv"
    path.write_text(f"{HEADER}cancel,study-wed,,\nadd,s7,,9;algebra\n", encoding="utf-8")
    given = ("repair", TINY, solved, "--changes", path, "-o", tmp_path / "new", "--json")
    done = flexweave(*given, "--audience", "coordinator")
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)
    assert [level["name"] for level in report["levels"]] == [
        "waived",
        "unplaced",
        "missed",
        "moved",
    ]
    assert any(move["because"]["kind"] == "new" for move in report["moves"])
    told = flexweave(*given)
    assert "--audience coordinator shows more" in told.stderr
    assert not any(name in told.stdout for name in ("s1", "s2", "s3", "s4", "s5", "s6", "s7"))


def test_frozen_blocks_stay(school: Scenario, solved: Path, tmp_path: Path) -> None:
    done = flexweave(
        "repair", TINY, solved, "--away", "t1", "--from", "Wed.flex", "-o", tmp_path / "new"
    )
    assert done.exit_code == 0, done.output
    old, new = read_solution(solved), read_solution(tmp_path / "new")
    monday = {(a.person, a.session) for a in old.assignments if a.block.startswith("Mon")}
    assert monday == {(a.person, a.session) for a in new.assignments if a.block.startswith("Mon")}


def test_bad_changes_write_nothing(solved: Path, tmp_path: Path) -> None:
    done = flexweave("repair", TINY, solved, "--away", "t9", "-o", tmp_path / "new")
    assert done.exit_code == 2 and "no person 't9'" in done.output
    assert not (tmp_path / "new").exists()
    none = flexweave("repair", TINY, solved, "-o", tmp_path / "new")
    assert none.exit_code == 2 and "nothing has changed" in none.output


def test_locks_that_cannot_hold_any_more_are_waived(school: Scenario, tmp_path: Path) -> None:
    locks = tuple(Lock(person=p, session="robotics-mon", state="in") for p in ("s1", "s2", "s3"))
    held = school.model_copy(update={"locks": locks})
    (tmp_path / "school.json").write_text(json.dumps(held.document()), encoding="utf-8")
    write_solution(solved_here(held), tmp_path / "old")
    path = tmp_path / "changes.csv"
    path.write_text(f"{HEADER}resize,robotics-mon,,2\n", encoding="utf-8")
    done = flexweave(
        "repair", tmp_path / "school.json", tmp_path / "old", "--changes", path,
        "-o", tmp_path / "new", "--audience", "coordinator",
    )  # fmt: skip
    assert done.exit_code == 1, done.output
    assert "promises that had to be waived: 1, fewer are impossible" in done.output
    assert "waived: s" in done.output and "against a lock that could not hold" in done.output
    assert verify(read(tmp_path / "new" / "scenario"), read_solution(tmp_path / "new")) == []


def test_a_repair_that_time_ended_says_so(
    school: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = repairing.Isolated

    class Ended(whole):
        def __iter__(self):
            for event in super().__iter__():
                yield event
                if isinstance(event, Mended):
                    self.timed_out = True
                    return

    old = solved_here(school)
    changes = (Change(action="away", id="t2", block="Mon.flex"),)
    found = repair(school, old, changes)
    assert found.solution.certificate.stopped_by == "done"
    assert len(found.report.curve) == len(repairing.CURVE)
    assert all(step.moved <= step.allowed and step.gain >= 0 for step in found.report.curve)
    monkeypatch.setattr(repairing, "Isolated", Ended)
    ended = repair(school, old, changes)
    assert (ended.solution.certificate.stopped_by, ended.report.curve) == ("time", ())


def test_the_steps_of_the_curve_are_judged(
    school: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = repairing.Isolated

    class Lying(whole):
        def __iter__(self):
            for event in super().__iter__():
                if isinstance(event, More):
                    event = event._replace(base=np.zeros_like(event.base))
                yield event

    monkeypatch.setattr(repairing, "Isolated", Lying)
    with pytest.raises(CheckerDisagrees, match="curve"):
        repair(school, solved_here(school), (Change(action="away", id="t2", block="Mon.flex"),))


def test_scenario_and_answer_are_put_in_place_together(
    school: Scenario, solved: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    wishes = school.model_copy(update={"previous": (Previous(person="s1", session="study-wed"),)})
    write_repaired(wishes, read_solution(solved), folder)
    assert (folder / AFTERWARDS / "previous.csv").exists()
    write_repaired(school, read_solution(solved), folder)
    assert read(folder / AFTERWARDS) == school
    assert not (folder / AFTERWARDS / "previous.csv").exists()
    (folder / "findings.csv").unlink()
    (folder / "findings.csv").mkdir()
    (folder / "findings.csv" / "x").write_text("in the way")
    with pytest.raises(CannotWrite):
        write_repaired(wishes, read_solution(solved), folder)
    assert not list(folder.rglob(".*"))
