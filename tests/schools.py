"""Small schools for tests: the files of `fixtures/tiny`, changed here and there, and drawn ones."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from scheduler.models import (
    KINDS,
    Activity,
    Away,
    Bell,
    Change,
    Choice,
    Day,
    Knows,
    Lock,
    MixItem,
    Need,
    Owed,
    Pair,
    Previous,
    Pull,
    Room,
    Scenario,
    Session,
    Settings,
    Staff,
    Student,
)

ROOT = Path(__file__).parents[1]
TINY = ROOT / "fixtures" / "tiny"
BROKEN = ROOT / "fixtures" / "broken"


def tiny(**changes: str | bytes | None) -> dict[str, bytes]:
    """Files of the tiny school, some replaced (``students="id,..."``) or left out (``None``)."""
    files = {path.name: path.read_bytes() for path in sorted(TINY.iterdir())}
    for key, content in changes.items():
        name = "scenario.toml" if key == "scenario" else f"{key}.csv"
        files.pop(name, None)
        if content is not None:
            files[name] = content.encode() if isinstance(content, str) else content
    return files


def with_rows(table: str, *rows: str) -> str:
    """The tiny school's file of ``table`` with more rows."""
    return (TINY / f"{table}.csv").read_text() + "".join(f"{row}\n" for row in rows)


def with_text(table: str, old: str, new: str) -> str:
    """The tiny school's file of ``table`` with one text replaced."""
    text = (TINY / f"{table}.csv").read_text()
    assert old in text
    return text.replace(old, new, 1)


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return buffer.getvalue()


def put(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


# ---- drawn scenarios: valid, and full of what could go wrong on the way there and back ----------

GRADES = ("9", "10", "K", "é")
DAYS = ("Mon", "Wed", "Day 1")
nasty = st.sampled_from(
    (
        *("", "'", "''=x", "'=x", "'x", "=1+1", "@x", "-", "+", "0", "true", "NaN", "null"),
        *('"', 'a "b"', "a,b", "two\nlines", "é", "#", "[x]", "back\\slash", "a\tb", "😀"),
    )
)
printable = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=8)
texts = st.one_of(nasty, printable).map(lambda text: text.strip())
tags = st.one_of(
    st.sampled_from(("math support", "role:helper", "=tag", "'q", "a.b:c")), texts
).map(lambda tag: tag.replace(";", "").strip())
tag_lists = st.lists(tags.filter(bool), max_size=3, unique=True).map(tuple)
sizes = st.one_of(st.none(), st.integers(0, 40))
cents = st.integers(0, 10_000).map(lambda number: Decimal(number) / 100)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A valid scenario with rows in every table."""
    staff = [_staff(draw, f"t{n}") for n in range(draw(st.integers(1, 3)))]
    students = [_student(draw, f"s{n}", staff) for n in range(draw(st.integers(0, 4)))]
    rooms = [
        Room(id=f"r{n}", seats=draw(st.integers(0, 30)), tags=draw(tag_lists))
        for n in range(draw(st.integers(0, 2)))
    ]
    bells = _bells(draw)
    activities = [_activity(draw, n) for n in range(draw(st.integers(1, 4)))]
    sessions = _sessions(draw, activities, bells, rooms, staff)
    return Scenario(
        scenario=_settings(draw, bells),
        students=tuple(students),
        staff=tuple(staff),
        rooms=tuple(rooms),
        bells=tuple(bells),
        days=_days(draw, bells),
        activities=tuple(activities),
        sessions=tuple(sessions),
        **_wishes(draw, students, staff, activities, sessions, bells),
    )


def _staff(draw: st.DrawFn, key: str) -> Staff:
    return Staff(id=key, name=draw(texts), tags=draw(tag_lists), max_sessions=draw(sizes))


def _student(draw: st.DrawFn, key: str, staff: list[Staff]) -> Student:
    home = draw(st.sampled_from(["", *(row.id for row in staff)]))
    return Student(
        id=key,
        grade=draw(st.sampled_from(GRADES)),
        name=draw(texts),
        tags=draw(tag_lists),
        home=home,
    )


def _bells(draw: st.DrawFn) -> list[Bell]:
    days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=2, unique=True))
    grades = st.lists(st.sampled_from(GRADES), max_size=2, unique=True).map(tuple)
    found = []
    for day in days:
        for at, kind in enumerate((*KINDS, "class")):
            start = 480 + 60 * at
            found.append(
                Bell(
                    calendar="current",
                    day=day,
                    block=f"b {kind}",
                    kind=kind,
                    start=start,
                    end=start + draw(st.integers(1, 60)),
                    grades=draw(grades),
                )
            )
    return found


def _days(draw: st.DrawFn, bells: list[Bell]) -> tuple[Day, ...]:
    dates = draw(st.lists(st.dates(date(2026, 1, 1), date(2027, 1, 1)), max_size=3, unique=True))
    names = st.sampled_from(["", *(bell.day for bell in bells)])
    return tuple(
        Day(calendar="current", date=on, day=draw(names), note=draw(texts)) for on in dates
    )


def _activity(draw: st.DrawFn, number: int) -> Activity:
    ends = draw(st.lists(st.integers(0, 9), min_size=1, max_size=2).map(sorted))
    mixes = st.lists(
        tags.filter(bool).map(lambda tag: MixItem(tag=tag, low=ends[0], high=ends[-1])),
        max_size=2,
        unique_by=str,
    )
    low = draw(st.one_of(st.none(), st.integers(0, 5)))
    return Activity(
        id=f"a{number}",
        kind=draw(st.sampled_from(KINDS)),
        title=draw(texts),
        tags=draw(tag_lists),
        grades=draw(st.lists(st.sampled_from(GRADES), max_size=2, unique=True)),
        only=draw(tag_lists),
        min_size=low,
        max_size=draw(st.one_of(st.none(), st.integers(5, 30))),
        max_visits=draw(sizes),
        fallback=draw(st.booleans()),
        mix=tuple(draw(mixes)),
    )


def _sessions(
    draw: st.DrawFn,
    activities: list[Activity],
    bells: list[Bell],
    rooms: list[Room],
    staff: list[Staff],
) -> list[Session]:
    found = []
    for activity in activities:
        blocks = [bell.key for bell in bells if bell.kind == activity.kind]
        for number, block in enumerate(draw(st.lists(st.sampled_from(blocks), max_size=2))):
            leaders = st.lists(st.sampled_from([row.id for row in staff]), max_size=2, unique=True)
            found.append(
                Session(
                    id=f"{activity.id}-{number}",
                    activity=activity.id,
                    block=block,
                    room=draw(st.sampled_from(["", *(row.id for row in rooms)])),
                    leaders=draw(leaders),
                    max_size=draw(st.one_of(st.none(), st.integers(5, 30))),
                    one_of=draw(texts),
                )
            )
    return found


def _settings(draw: st.DrawFn, bells: list[Bell]) -> Settings:
    knobs = {
        "choices": {"points": (Decimal(100), draw(cents)), "unchosen": draw(cents)},
        "place": {"pd": draw(st.sampled_from(("one", "each")))},
        "pulls": {"mode": draw(st.sampled_from(("soft", "off")))},
    }
    days = tuple(dict.fromkeys(bell.day for bell in bells))
    return Settings(
        name=draw(texts),
        timezone=draw(texts),
        calendar=draw(st.sampled_from(("", "current"))),
        cycle=draw(st.sampled_from(((), days[:1], days))),
        kinds=draw(st.sampled_from(((), ("flex",), ("pd", "advisory")))),
        rules=draw(st.sampled_from(({}, knobs))),
    )


def _wishes(
    draw: st.DrawFn,
    students: list[Student],
    staff: list[Staff],
    activities: list[Activity],
    sessions: list[Session],
    bells: list[Bell],
) -> dict[str, Any]:
    people = [row.id for row in (*students, *staff)]
    offer = [row.id for row in (*activities, *sessions)]
    adults = [row.id for row in staff]
    blocks = list(dict.fromkeys(bell.key for bell in bells))

    def some(*columns: Any) -> list[tuple[Any, ...]]:
        pairs = st.tuples(*(st.sampled_from(column) for column in columns))
        return draw(st.lists(pairs, max_size=3, unique=True)) if all(columns) else []

    found: dict[str, Any] = {
        "choices": [_choice(draw, *pair) for pair in some(people, offer)],
        "needs": [
            Need(
                person=person,
                tag=tag,
                visits=draw(st.integers(1, 3)),
                priority=draw(st.sampled_from(("low", "normal", "high", "critical"))),
                blocks=draw(st.lists(st.sampled_from(blocks), max_size=2, unique=True)),
                by=draw(texts),
                reason=draw(texts),
                share=draw(st.booleans()),
            )
            for person, tag in some(people, ("math support", "=tag", "staff:t0"))
        ],
        "pulls": [
            Pull(
                person=person,
                target=target,
                by=by,
                tier=draw(st.sampled_from(("required", "priority", "request"))),
                reason=draw(texts),
                share=draw(st.booleans()),
            )
            for person, target, by in some(people, offer, adults)
        ],
        "away": [Away(person=person, block=block) for person, block in some(people, blocks)],
        "knows": [
            Knows(student=student, staff=adult, strength=draw(st.sampled_from(("0", "0.5", "1"))))
            for student, adult in some([row.id for row in students], adults)
        ],
        "ledger": [Owed(person=key, owed=draw(cents)) for (key,) in some((*people, "gone"))],
        "previous": [
            Previous(person=person, session=session)
            for person, session in some((*people, "gone"), ["old", *(row.id for row in sessions)])
        ],
        "changes": [
            Change(action="room", id=key, value=draw(texts)) for (key,) in some(["a", "b"])
        ],
    }
    found["pairs"] = [
        Pair(
            a=people[0],
            b=other,
            relation=draw(st.sampled_from(("together", "apart"))),
            kind=draw(st.sampled_from((None, *KINDS))),
            hard=draw(st.sampled_from((None, True, False))),
        )
        for (other,) in some(people[1:])
    ]
    gone = {(row.person, row.block) for row in found["away"]}
    found["locks"] = _locks(draw, students, sessions, bells, gone)
    return {key: tuple(rows) for key, rows in found.items()}


def _choice(draw: st.DrawFn, person: str, choice: str) -> Choice:
    if draw(st.booleans()):
        return Choice(person=person, choice=choice, rank=draw(st.integers(1, 12)))
    return Choice(person=person, choice=choice, score=draw(cents) / 100)


def _locks(
    draw: st.DrawFn,
    students: list[Student],
    sessions: list[Session],
    bells: list[Bell],
    gone: set[tuple[str, str]],
) -> list[Lock]:
    """At most one lock per student, in a block that they attend."""
    kinds = {bell.key: bell for bell in bells}
    found = []
    for student in students:
        here = [
            row.id
            for row in sessions
            if kinds[row.block].kind != "pd"
            and kinds[row.block].admits(student.grade)
            and (student.id, row.block) not in gone
        ]
        if here and draw(st.booleans()):
            state = draw(st.sampled_from(("in", "out")))
            found.append(Lock(person=student.id, session=draw(st.sampled_from(here)), state=state))
    return found
