"""Reading: what is legal, what is noted, what the caller may ask for, and where things stand."""

import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from scheduler.models import Settings
from scheduler.reading import BadInput, BadScenario, Limits, Problem, Reading, examine, read
from scheduler.writing import scenario_json, scenario_zip
from tests.schools import TINY, put, tiny, with_rows, with_text, zipped


def look(**changes: str | bytes | None) -> Reading:
    return examine(zipped(tiny(**changes)))


def problems(**changes: str | bytes | None) -> list[str]:
    return [str(problem) for problem in look(**changes).problems]


def notes(**changes: str | bytes | None) -> list[str]:
    found = look(**changes)
    assert [str(problem) for problem in found.problems] == []
    return [str(note) for note in found.notes]


def document() -> dict[str, object]:
    found: dict[str, object] = json.loads(scenario_json(read(TINY)))
    return found


# ---- the doors -----------------------------------------------------------------------------------


def test_tiny_is_read_in_full():
    scenario = read(TINY)
    assert scenario.scenario.name == "Tiny school"
    assert (len(scenario.students), len(scenario.staff), len(scenario.sessions)) == (6, 2, 6)
    assert scenario.choices[0].rank == 1
    assert scenario.activities[1].tags == ("math support",)
    assert scenario.bells[1].start == 9 * 60 + 5
    assert examine(TINY).notes == ()


def test_path_text_zip_bytes_json_bytes_and_document_are_one(tmp_path):
    scenario = read(TINY)
    (tmp_path / "a.zip").write_bytes(scenario_zip(scenario))
    (tmp_path / "a.json").write_bytes(scenario_json(scenario))
    (tmp_path / "no-ending").write_bytes(scenario_json(scenario))
    sources = [
        str(TINY),
        tmp_path / "a.zip",
        tmp_path / "a.json",
        tmp_path / "no-ending",
        scenario_zip(scenario),
        scenario_json(scenario),
        b"\xef\xbb\xbf\n" + scenario_json(scenario),
        document(),
        scenario.document(),
    ]
    assert [read(source) == scenario for source in sources] == [True] * len(sources)


def test_a_zip_may_hold_the_folder_itself_and_what_systems_add():
    files = {f"school/{name}": data for name, data in tiny().items()}
    files |= {"__MACOSX/school/._students.csv": b"\x00", "school/.DS_Store": b"\x00"}
    assert read(zipped(files)) == read(TINY)


def test_bad_input_carries_every_problem_and_shows_the_first():
    rows = "".join(f"x{n},robotics,1\n" for n in range(30))
    with pytest.raises(BadScenario) as caught:
        read(zipped(tiny(choices=f"person,choice,rank\n{rows}")))
    assert isinstance(caught.value, BadInput)
    assert len(caught.value.problems) == 30
    assert str(caught.value).endswith("and 10 more")
    first = caught.value.problems[0]
    assert (first.file, first.row, first.column) == ("choices.csv", 2, "person")


def test_problems_are_sorted_by_file_and_row():
    found = look(
        students=with_rows("students", *(f"s1,{n},,," for n in range(9, 15))),
        rooms="id,seats\nr1,x\nr2,x\ngym,x\n",
    ).problems
    assert [p.file for p in found] == ["rooms.csv"] * 3 + ["students.csv"] * 6
    assert [p.row for p in found] == [2, 3, 4, 8, 9, 10, 11, 12, 13]


def test_json_paths_are_sorted_as_numbers():
    found = document()
    found["choices"] = [{"person": "s1", "choice": "x", "rank": n + 1} for n in range(12)]
    rows = [problem.row for problem in examine(found).problems if "no activity" in problem.message]
    assert rows == [f"choices[{n}].choice" for n in range(12)]


def test_a_problem_without_a_hint_or_row():
    assert str(Problem("a.csv", None, None, "odd", "")) == "a.csv: odd"
    assert str(Problem("a.csv", 3, None, "odd", "mend it")) == "a.csv:3: odd; mend it"


@pytest.mark.parametrize("name", ["nothing", "nothing.zip", "a\x00b"])
def test_no_such_source(tmp_path, name):
    (problem,) = examine(tmp_path / name).problems
    assert "folder" in problem.hint


def test_a_file_that_is_neither(tmp_path):
    (tmp_path / "school.xlsx").write_bytes(b"hello")
    (problem,) = examine(tmp_path / "school.xlsx").problems
    assert problem.message == "this is neither a zip nor a JSON document"


def test_what_cannot_be_read_in_a_folder_is_said(tmp_path, monkeypatch):
    put(tmp_path, tiny(choices=None, locks=None, pulls=None))
    (tmp_path / "choices.csv").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / ".hidden").write_text("")
    assert [str(p) for p in examine(tmp_path).problems] == [
        "choices.csv: the file cannot be read (it is no file); let it be a file that you may read",
        "choices.csv: the file is empty; give it a header row, person,choice,rank,score, "
        "or delete it",
    ]

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "(Permission denied)" in str(examine(tmp_path).problems[0])
    (tmp_path / "a.json").touch()
    assert "it cannot be read (Permission denied)" in str(examine(tmp_path / "a.json").problems[0])


# ---- what the caller asks for --------------------------------------------------------------------

TWO_CALENDARS = with_rows("bells", "short,Mon,flex,flex,09:00,09:20,")


def test_calendar_and_kinds_of_the_caller_win():
    source = zipped(tiny(bells=TWO_CALENDARS, scenario='calendar = "current"\nkinds = ["pd"]\n'))
    scenario = read(source, calendar="short", kinds=("flex", "advisory"))
    assert scenario.scenario == Settings(calendar="short", kinds=("flex", "advisory"))
    assert read(source, kinds=()).scenario.kinds == ()


def test_what_the_caller_asks_for_wrongly_is_in_no_file():
    source = zipped(tiny(bells=TWO_CALENDARS))
    (problem,) = examine(source, calendar="shrt").problems
    assert str(problem) == (
        "calendar: there is no calendar 'shrt' in bells.csv; "
        "write short, the nearest of current or short"
    )
    found = examine(zipped(tiny()), kinds=("flx",)).problems
    assert str(found[0]) == (
        "kinds: 'flx' is not known here; write flex, the nearest of flex, advisory or pd"
    )


def test_settings_that_are_wrong_hide_nothing_else():
    found = problems(
        scenario="cycles = 5\n",
        bells=TWO_CALENDARS,
        locks="person,session,state\nt1,robotics-mon,in\n",
    )
    assert [line.partition(":")[0] for line in found] == ["scenario.toml"]
    assert examine(zipped(tiny(scenario="x = 1\n")), calendar="current").problems


# ---- tables --------------------------------------------------------------------------------------


def test_bom_crlf_blank_rows_and_empty_cells_at_the_end_are_tolerated():
    text = TINY.joinpath("choices.csv").read_text().replace("\n", "\r\n")
    text = text.replace("choice,rank", "choice,rank,,").replace("1\r\n", "1,,\r\n")
    text = text.replace("2\r\n", "2,,,\r\n").replace("s3,", "\r\n,,\r\ns3,")
    assert look(choices=b"\xef\xbb\xbf" + text.encode()).scenario == read(TINY)


def test_old_line_ends_are_tolerated():
    text = TINY.joinpath("choices.csv").read_text().replace("\n", "\r")
    assert look(choices=text).scenario == read(TINY)


def test_rows_count_as_in_a_spreadsheet():
    text = 'id,grade,name\n\ns1,9,"two\nlines"\ns2,9,Ben\ns3,,Eva\n'
    found = [p for p in look(students=text).problems if p.file == "students.csv"]
    assert [(p.row, p.column) for p in found] == [(5, "grade")]


def test_rows_that_follow_a_long_one_are_still_checked():
    text = "id,grade,name\ns1,9,Ada,x,y\ns2,,Ben\n"
    found = [p for p in look(students=text).problems if p.file == "students.csv"]
    assert [p.row for p in found] == [2, 3]


def test_a_column_that_nobody_knows_is_a_note():
    text = "person,choice,rank,comment\ns1,robotics,1,please\n"
    assert notes(choices=text) == [
        "choices.csv:1:comment: the column 'comment' is not used; "
        "leave it, or write one that is known, such as 'choice', the nearest"
    ]


def test_a_header_with_other_bytes():
    text = "person,choice,rank,préférence\ns1,robotics,1,x\n".encode("latin-1")
    (problem,) = look(choices=text).problems
    assert (problem.row, problem.column) == (1, None)
    assert "perhaps 'préférence'" in problem.message


def test_cells_with_other_bytes_are_each_said():
    text = "id,grade,name\n\xe9,9,\xe9\ns2,9,ok\n".encode("latin-1")
    found = [p for p in look(students=text).problems if p.file == "students.csv"]
    assert [(p.row, p.column) for p in found] == [(2, "id"), (2, "name")]


@pytest.mark.parametrize(("sign", "called"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_signs_between_cells(sign, called):
    (problem,) = look(choices=f"person{sign}choice{sign}rank\n").problems
    assert called in problem.message


def test_a_header_that_never_ends():
    (problem,) = look(choices="person,choice,rank" + ",x" * 100_000).problems
    assert (problem.row, problem.message) == (1, "the header has more than 1,000 columns")


def test_a_cell_that_never_ends():
    found = look(choices='person,choice,rank\ns1,robotics,1\ns1,"' + "x\n" * 100_000).problems
    assert [(p.file, p.row) for p in found] == [("choices.csv", 3)]


def test_unknown_files_are_notes():
    files = tiny()
    files["readme.txt"] = b"Hello"
    (note,) = examine(zipped(files)).notes
    assert str(note) == "readme.txt: the file is not used; leave it, or remove it"


def test_guarded_cells_are_read_as_they_were_meant():
    text = "id,grade,name\ns1,9,'=x\ns2,9,''y\ns3,9,'z\ns4,9,\ns5,9,\ns6,9,\n"
    scenario = look(students=text).scenario
    assert scenario is not None
    assert [row.name for row in scenario.students[:3]] == ["=x", "'y", "'z"]


# ---- notes ---------------------------------------------------------------------------------------


def test_wishes_that_cannot_come_true_are_notes():
    found = notes(
        activities=with_text("activities", "tech,,,2", "tech,9,,2"),
        pulls="person,target,by\ns3,robotics,t1\n",
        needs="person,tag,by\ns2,math support,t1\ns2,art,the office\n",
    )
    assert [line.split("; ")[0] for line in found] == [
        "choices.csv:7:choice: s3 may go to no session of 'robotics-mon'",
        "choices.csv:8:choice: s4 may go to no session of 'robotics'",
        "choices.csv:11:choice: s6 may go to no session of 'robotics'",
        "needs.csv:3:by: no member of staff has the id 'the office'",
        "needs.csv:3:tag: s2 may go to no session with the tag 'art'",
        "pulls.csv:2:target: s3 may go to no session of 'robotics'",
    ]


def test_wishes_that_this_run_does_not_decide_are_no_notes():
    assert examine(TINY, kinds=("advisory",)).notes == ()


def test_a_score_of_zero_is_no_choice():
    changed = with_text("activities", "tech,,,2", "tech,9,,2")
    assert notes(activities=changed, choices="person,choice,score\ns3,robotics,0\n") == []


def test_a_ledger_that_is_ignored_is_noted():
    ledger = "person,owed\ns1,5\ngone,5\n"
    assert [line.partition(";")[0] for line in notes(ledger=ledger)] == [
        "ledger.csv:2:owed: the ledger is ignored, because fairness has the form 'sum'",
        "ledger.csv:3:person: no student or member of staff has the id 'gone'",
    ]
    fair = '[rules.fairness]\nform = "diminishing"\n'
    assert notes(ledger="person,owed\ns1,5\n", scenario=fair) == []


def test_sessions_that_can_never_open_are_noted():
    found = notes(
        sessions=with_rows(
            "sessions",
            "small-mon,algebra,Mon.flex,r2,,4,,",
            "none-wed,algebra,Wed.flex,,,,0,",
        )
    )
    assert [line.partition(";")[0] for line in found] == [
        "sessions.csv:8:room: the session can never open: it needs 4 and room r2 seats 3",
        "sessions.csv:9:max_size: the session can never open: it needs 1 and has room for 0",
    ]


def test_sessions_of_another_calendar_are_noted():
    source = zipped(tiny(bells=TWO_CALENDARS))
    found = [note for note in examine(source, calendar="short").notes if note.column == "block"]
    assert [note.row for note in found] == [4, 5, 6, 7]


def test_days_outside_the_cycle_are_not_noted():
    found = notes(scenario='cycle = ["Mon"]\n', choices="person,choice,rank\ns1,robotics,1\n")
    assert found == []


def test_previous_may_name_what_is_gone():
    found = notes(previous="person,session\ns1,gone\nwho,robotics-mon\n")
    assert [line.partition(";")[0] for line in found] == [
        "previous.csv:2:session: no session has the id 'gone'",
        "previous.csv:3:person: no student or member of staff has the id 'who'",
    ]


# ---- legal ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"pulls": "person,target,by\ns5,algebra,t1\ns5,algebra,t1\ns5,algebra,t2\n"},
        {"pairs": "a,b,relation,kind\ns1,s2,apart,flex\ns1,s2,apart,\ns1,s2,together,flex\n"},
        {"days": "calendar,date,day,note\ncurrent,2026-09-07,,Holiday\n"},
        {"bells": with_rows("bells", "current,Mon,pd,pd,09:00,09:30,")},
        {"bells": with_text("bells", "09:50,10:10,", "09:40,10:10,12").replace(
            "09:05,09:45,", "09:05,09:45,9;10;11")},
        {"locks": "person,session,state\ns1,robotics-mon,out\ns1,algebra-mon,out\n"},
        {"changes": "action,id,block,value\naway,t1,Mon.flex,\ncancel,whatever,,\n"},
        {"staff": with_text("staff", "dept:math", "dept:math;dept:math")},
        {"rooms": with_text("rooms", "r1,4", " r1 , 4 ")},
        {"scenario": "# nothing\n"},
        {"sessions": "id,activity,block\n", "locks": None, "choices": None, "pulls": None},
    ],
)  # fmt: skip
def test_legal(changes):
    assert problems(**changes) == []


def test_a_lock_on_a_session_that_is_not_offered_is_not_judged():
    changed = tiny(
        bells=with_rows("bells", "short,Mon,flex,flex,09:00,09:20,"),
        locks="person,session,state\nt1,algebra-wed,in\ns6,robotics-mon,in\n",
    )
    assert examine(zipped(changed), calendar="short").problems == ()


def test_series_are_judged_over_what_is_offered():
    sessions = with_rows("sessions", "algebra-mon-2,algebra,Mon.flex,,,,,")
    series = with_text("activities", "math support,,,,4,,,,", "math support,,,,4,,,course,")
    assert problems(sessions=sessions, activities=series)
    cycle = 'cycle = ["Wed"]\n'
    assert problems(sessions=sessions, activities=series, scenario=cycle) == []


def test_rows_with_problems_still_count_as_ids():
    students = with_text("students", "s1,9,Ada", "s1,,Ada")
    assert problems(students=students) == [
        "students.csv:2:grade: there is no value; write one, every row needs it"
    ]


def test_what_cannot_be_an_id_is_said_once():
    found = problems(choices="person,choice,rank\n=s1,robotics,1\n", scenario="")
    assert [line.partition(";")[0] for line in found] == [
        "choices.csv:2:person: '=s1' begins with '=', as a formula does"
    ]


def test_unreadable_tables_make_no_id_unknown():
    assert len(problems(students=b"PK\x03\x04")) == 1
    assert len(problems(bells=b"")) == 1
    assert len(problems(staff=None, students=None)) == 1
    found = problems(bells=with_text("bells", "calendar,day", "calendar,dayy"))
    assert found == ["bells.csv:1:dayy: there is no column 'dayy'; write 'day'"]
    found = problems(bells="calendar,day,block,kind,start,end\n,Mon,flex,flex,09:00,09:30\n")
    assert found[0] == "bells.csv:2:calendar: there is no value; write one, every row needs it"


def test_wrong_rows_of_bells_leave_others_to_check():
    found = problems(bells=with_text("bells", "09:05,09:45", "09:05,lunch"))
    assert [line.partition(":")[0] for line in found] == ["bells.csv"]


def test_a_session_of_an_activity_that_is_wrong_is_left_alone():
    found = problems(activities=with_text("activities", "robotics,flex", "robotics,flx"))
    assert len(found) == 1


# ---- settings ------------------------------------------------------------------------------------


def test_knobs_are_typed_and_rounded():
    text = "[rules.choices]\npoints = [100, 80.005, 1e1]\nunchosen = 10.00\n"
    scenario = look(scenario=text).scenario
    assert scenario is not None
    assert scenario.scenario.rules == {
        "choices": {"points": (100, Decimal("80.01"), 10), "unchosen": Decimal(10)}
    }
    assert str(scenario.scenario.rules["choices"]["unchosen"]) == "10"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a = 1\n[b\n", 2),
        ('name = "x"\n\n\n[rules]\n[rules]\n', 5),
        ("name = \n", 1),
        ('name = """\nnever\nends\n', 3),
        ("name = 1" + "0" * 5_000, None),
        ("cycle = " + "[" * 3_000, None),
    ],
)
def test_toml_that_cannot_be_read(text, row):
    (problem,) = look(scenario=text).problems
    assert (problem.file, problem.row) == ("scenario.toml", row)


def test_keys_are_found_on_their_lines():
    text = (
        'name = "x"\n'
        "rules.place.unplacd = 5\n"
        '"rules".needs = {hihg = 1}\n'
        "[rules.fairness]\n"
        'form = "summ" # the sum\n'
        "[rules.'choices']\n"
        'points = ["x"]\n'
        "levels = inf\n"
    )
    assert [(p.row, p.column) for p in look(scenario=text).problems] == [
        (2, "rules.place.unplacd"),
        (3, "rules.needs.hihg"),
        (5, "rules.fairness.form"),
        (7, "rules.choices.points[0]"),
        (8, "rules.choices.levels"),
    ]


def test_numbers_that_no_decimal_holds():
    (problem,) = look(scenario="[rules.place]\nunplaced = 1e99999999999999999999\n").problems
    assert (problem.row, problem.message) == (2, "NaN is no number")


def test_a_table_of_keys_where_a_text_belongs():
    (problem,) = look(scenario="[name]\nx = 1\n").problems
    assert str(problem) == "scenario.toml:1:name: {'x': 1} is no text; write a text"


# ---- JSON ----------------------------------------------------------------------------------------


def test_values_may_be_typed_or_text_of_the_cell():
    found = document()
    found["students"] = [
        {"id": "s1", "grade": 9, "name": None, "tags": ""},
        {"id": 2, "grade": "9", "tags": "a;b"},
        {"id": "s3", "grade": 9.0, "tags": ["a", None, "b"]},
    ]
    found["activities"][0]["fallback"] = "true"  # type: ignore[index]
    found["activities"][1]["fallback"] = True  # type: ignore[index]
    found["choices"] = [{"person": 2, "choice": "robotics", "rank": "3", "score": None}]
    for key in ("needs", "pulls", "locks"):
        del found[key]
    scenario = read(found)
    assert [(row.id, row.grade, row.tags) for row in scenario.students] == [
        ("s1", "9", ()),
        ("2", "9", ("a", "b")),
        ("s3", "9", ("a", "b")),
    ]
    assert scenario.choices[0].rank == 3
    assert read(json.dumps(found).encode()) == scenario


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "'true' is no whole number"),
        (1.5, "'1.5' is no whole number"),
        (10**30, "is too large"),
        pytest.param(10**5000, "is no whole number", id="huge"),
        (1e300, "is no whole number"),
        (float("nan"), "nan is no number of JSON"),
        ({"a": 1}, "{'a': '1'} is no whole number"),
        (Decimal("1e5"), "100000"),
    ],
)
def test_values_of_the_wrong_sort(value, said):
    found = document()
    found["choices"] = [{"person": "s1", "choice": "robotics", "rank": value}]
    reading = examine(found)
    if isinstance(value, Decimal):
        assert reading.scenario is not None
        return
    (problem,) = reading.problems
    assert (problem.row, problem.column) == ("choices[0].rank", "rank")
    assert said in problem.message


@pytest.mark.parametrize("number", ["1e999999999", "1e99999999999999999999", "9" * 5_000])
def test_numbers_of_odd_sizes_in_json_text(number):
    text = scenario_json(read(TINY)).decode().replace('"rank": 2}', f'"rank": {number}}}', 1)
    (problem,) = examine(text.encode()).problems
    assert problem.row == "choices[1].rank"


def test_keys_of_json_that_nobody_knows_are_noted_once():
    found = document()
    found["comment"] = "mine"
    found["choices"] = [
        {"person": "s1", "choice": "robotics", "rank": n + 1, "remark": "x"} for n in range(1)
    ] + [{"person": "s2", "choice": "robotics", "rank": 1, "remark": "x"}]
    reading = examine(found)
    assert [(note.row, note.column) for note in reading.notes] == [
        ("choices[0].remark", "remark"),
        ("comment", None),
    ]


def test_people_and_settings_missing_in_json():
    found = document()
    for key in ("students", "staff", "scenario"):
        del found[key]
    assert [problem.row for problem in examine(found).problems] == ["scenario", "students"]
    found["scenario"] = "x"
    assert "'x' is no object" in examine(found).problems[0].message


def test_deep_documents():
    found = document()
    found["scenario"] = {"rules": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}}
    deep = examine(found, limits=Limits(depth=3)).problems
    assert any("nested too deep" in problem.message for problem in deep)


def test_documents_past_a_limit():
    (problem,) = examine(scenario_json(read(TINY)), limits=Limits(document=100)).problems
    assert "stay below 100" in problem.hint


def test_infinities_in_the_settings_and_lists():
    found = document()
    found["scenario"] = {"rules": {"choices": {"points": [float("inf")]}}}
    rows = {problem.row for problem in examine(found).problems}
    assert rows == {"scenario.rules.choices.points[0]"}


# ---- zip -----------------------------------------------------------------------------------------


def test_zips_past_a_limit():
    for limits in (Limits(unpacked=1_000), Limits(files=3)):
        assert examine(zipped(tiny()), limits=limits).problems


def test_a_zip_that_lies_about_its_size():
    data = bytearray(zipped({"students.csv": b"id,grade\n" + b"s1,9\n" * 1_000}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    (problem,) = examine(bytes(data)).problems
    assert problem.message == "the zip is damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_file_twice_or_packed_uncommonly():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as bundle:
        bundle.writestr("students.csv", "id,grade\n")
        bundle.writestr("students.csv", "id,grade\n")
    messages = {problem.message for problem in examine(buffer.getvalue()).problems}
    assert messages == {
        "the zip holds 'students.csv' twice",
        "'students.csv' is packed in an uncommon way",
    }
