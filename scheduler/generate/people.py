"""Students and staff, as arrays first: who they are and when they are there."""

from dataclasses import dataclass

import numpy as np

from scheduler.generate.bells import flex_keys
from scheduler.generate.draw import Bools, Ints, parts, sample, stream
from scheduler.generate.names import DEPARTMENTS, FIRST, GRADES, LAST, SMALL_CLUBS, TALENTS
from scheduler.generate.sizes import Sizes
from scheduler.models import Away, Staff, Student

CLUBS = ("club:band", "club:athletes", "club:makers")
HELPER = "role:helper"

_GRADE_SHARES = np.array([0.27, 0.26, 0.24, 0.23])
_CLUB_SHARE = 0.25


@dataclass(frozen=True)
class Crowd:
    """The students as arrays.

    Attributes
    ----------
    ids : list of str
    grade : Ints
        Index into `names.GRADES`, shape (students,).
    tags : dict of str to Bools
        For each tag, who carries it, shape (students,).
    attends : Bools
        Who is there in each flex block, shape (students, flex blocks).
    group : Ints
        The advisory group of a partition that meets all of `balance`; -1 without groups.
    home : Bools
        Who keeps the advisor of that group from last year.
    """

    ids: list[str]
    grade: Ints
    tags: dict[str, Bools]
    attends: Bools
    group: Ints
    home: Bools

    @property
    def size(self) -> int:
        """How many students there are."""
        return len(self.ids)


@dataclass(frozen=True)
class Faculty:
    """The staff as arrays: ids, department of each (index into `names.DEPARTMENTS`), talents."""

    ids: list[str]
    dept: Ints
    talents: list[tuple[str, ...]]

    @property
    def size(self) -> int:
        """How many of the staff there are."""
        return len(self.ids)


def numbered(letter: str, count: int) -> list[str]:
    """Ids of one length: ``s001`` to ``s240``."""
    width = len(str(count))
    return [f"{letter}{at:0{width}d}" for at in range(1, count + 1)]


def crowd(sizes: Sizes, seed: int) -> Crowd:
    """Draw the students."""
    rng = stream(seed, "students")
    count = sizes.students
    grade = np.repeat(np.arange(len(GRADES)), parts(count, _GRADE_SHARES))
    group = _partition(rng, grade, sizes.advisory_groups)
    returning = (grade > 0) & (group >= 0)
    home = returning & (rng.random(count) < sizes.homes)
    attends = np.ones((count, sizes.flex_blocks), dtype=np.bool_)
    if sizes.flex_blocks:
        missing = sample(rng, np.arange(count), sizes.away)
        attends[missing, rng.integers(0, sizes.flex_blocks, len(missing))] = False
    tags = _tags(rng, sizes, grade)
    return Crowd(numbered("s", count), grade, tags, attends, group, home)


def _partition(rng: np.random.Generator, grade: Ints, groups: int) -> Ints:
    """Deal the grades out one after another: groups of one size with all grades in each."""
    if not groups:
        return np.full(len(grade), -1)
    order = np.lexsort((rng.random(len(grade)), grade))
    dealt = np.empty(len(grade), dtype=np.int64)
    dealt[order] = np.arange(len(grade)) % groups
    return dealt


def _tags(rng: np.random.Generator, sizes: Sizes, grade: Ints) -> dict[str, Bools]:
    count = len(grade)
    found = {club: rng.random(count) < _CLUB_SHARE for club in CLUBS}
    # Helpers are of the upper grades: twice the share of half the students.
    found[HELPER] = (grade >= 2) & (rng.random(count) < 2 * sizes.helpers)
    members = max(0, min(sizes.min_size - 2, count))
    for at in range(min(sizes.must_close, len(SMALL_CLUBS))):
        small = np.zeros(count, dtype=np.bool_)
        small[rng.choice(count, members, replace=False)] = True
        found[small_club(at)] = small
    return found


def small_club(at: int) -> str:
    """Tag of the club that the ``at``-th session that must close is for."""
    return f"club:{SMALL_CLUBS[at % len(SMALL_CLUBS)].slug}"


def faculty(sizes: Sizes, seed: int) -> Faculty:
    """Draw the staff, departments in turn."""
    rng = stream(seed, "staff")
    dept = np.arange(sizes.staff) % len(DEPARTMENTS)
    rng.shuffle(dept)
    has = rng.random((sizes.staff, len(TALENTS))) < 0.25
    talents = [tuple(tag for tag, own in zip(TALENTS, row, strict=True) if own) for row in has]
    return Faculty(numbered("t", sizes.staff), dept, talents)


def student_rows(crowd: Crowd, advisors: list[str], seed: int) -> list[Student]:
    """Rows of ``students.csv``; ``advisors`` lead the groups, in their order."""
    names = _names(stream(seed, "student names"), crowd.size)
    tags: list[list[str]] = [[] for _ in crowd.ids]
    for tag, own in crowd.tags.items():
        for at in np.flatnonzero(own):
            tags[at].append(tag)
    return [
        Student(
            id=crowd.ids[at],
            grade=GRADES[crowd.grade[at]],
            name=names[at],
            tags=tuple(tags[at]),
            home=advisors[crowd.group[at]] if crowd.home[at] else "",
        )
        for at in range(crowd.size)
    ]


def staff_rows(faculty: Faculty, limits: list[int | None], seed: int) -> list[Staff]:
    """Rows of ``staff.csv``."""
    names = _names(stream(seed, "staff names"), faculty.size)
    return [
        Staff(
            id=faculty.ids[at],
            name=names[at],
            tags=(f"dept:{DEPARTMENTS[faculty.dept[at]]}", *faculty.talents[at]),
            max_sessions=limits[at],
        )
        for at in range(faculty.size)
    ]


def away_rows(crowd: Crowd, sizes: Sizes) -> list[Away]:
    """Rows of ``away.csv`` for students."""
    keys = flex_keys(sizes)
    return [Away(person=crowd.ids[who], block=keys[b]) for who, b in np.argwhere(~crowd.attends)]


def _names(rng: np.random.Generator, count: int) -> list[str]:
    first = rng.integers(0, len(FIRST), count)
    last = rng.integers(0, len(LAST), count)
    return [f"{FIRST[a]} {LAST[b]}" for a, b in zip(first, last, strict=True)]
