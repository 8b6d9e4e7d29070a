"""Packs: what a state's law asks of a calendar, as data.

A pack is a TOML file with its source and date. Those here are named by their state; anybody may
write another one after ``template.toml`` and give its path.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from scheduler.models.solution import Outcome
from scheduler.reading.problems import BadInput, Complaints, Where, in_order
from scheduler.reading.toml import parsed
from scheduler.reading.words import nearest, put_right, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails

FOLDER = Path(__file__).parent
NOTICE = (
    "Not legal advice: a reading of the statute on the date given, for orientation; "
    "ask your state and your counsel."
)
"""Said wherever a pack has judged."""

Amount = Annotated[int, Field(ge=0, le=10_000_000)]
Path_ = tuple[int | str, ...]

_SECTION = re.compile(r"\s*(\[\[?)\s*([\w-]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


class BadPack(BadInput):
    """Something is wrong with a pack; carries every problem by file and line."""


class Counts(Outcome):
    """What counts as instruction.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of block.
    blocks, not_blocks : tuple of str
        Blocks that count, or do not, whatever their kind, by name; the latter wins.
    longest_passing : int
        Most minutes of a passing block that count; 0 for no limit.
    unlisted : bool
        Whether time between the first bell and the last counts that no block covers.
    """

    kinds: tuple[Literal["class", "flex", "advisory", "lunch", "passing", "other"], ...]
    blocks: tuple[str, ...] = ()
    not_blocks: tuple[str, ...] = ()
    longest_passing: Amount = 0
    unlisted: bool = False


class Rule(Outcome):
    """What all floors have: ``grades`` they are for (empty = all) and their source."""

    grades: tuple[str, ...] = ()
    source: str

    def covers(self, grade: str) -> bool:
        """Whether it is for students of this grade."""
        return not self.grades or grade in self.grades


class Yearly(Rule):
    """Least minutes of a year."""

    minutes: Amount


class Days(Rule):
    """Least school days of a year."""

    days: Amount


class Daily(Rule):
    """Least minutes of every school day."""

    minutes: Amount


class Averaged(Rule):
    """Least minutes of a school day, or of two consecutive ones on average; none below `least`."""

    minutes: Amount
    least: Amount


class PdCredit(Outcome):
    """Dates that count as a school day thanks to pd, though they are no full one.

    Attributes
    ----------
    student_minutes, pd_minutes : int
        Least minutes of instruction and of pd on such a date.
    days : int
        Most such dates in a year.
    average_minutes : bool
        Whether such a date counts in the year's minutes as the average school day does.
    """

    student_minutes: Amount
    pd_minutes: Annotated[int, Field(ge=1, le=1440)]
    days: Amount
    average_minutes: bool = False
    source: str


class Pack(Outcome):
    """What a state asks for; ``date`` is when its figures were looked up."""

    name: str
    title: str
    date: datetime.date
    source: str
    counts: Counts
    yearly: tuple[Yearly, ...] = ()
    days: tuple[Days, ...] = ()
    daily: tuple[Daily, ...] = ()
    averaged: tuple[Averaged, ...] = ()
    pd: PdCredit | None = None


def pack_names() -> tuple[str, ...]:
    """Names of the packs that come with Flexweave, the template aside."""
    return tuple(sorted(p.stem for p in FOLDER.glob("*.toml") if p.stem != "template"))


def read_pack(name: str | Path) -> Pack:
    """Read a pack by its name (``IL``) or by the path of a TOML file.

    Raises
    ------
    BadPack
        When there is none, or anything in it is wrong.
    """
    path = FOLDER / f"{name}.toml" if str(name) in (*pack_names(), "template") else Path(name)
    say = Complaints()
    try:
        data = path.read_bytes()
    except OSError:
        say.wrong(Where(str(name)), "there is no such pack", _instead(str(name)))
        raise BadPack(say.problems) from None
    values = parsed(path.name, data, say)
    found = None if values is None else _typed(path.name, values[0], data, say)
    if found is None:
        raise BadPack(in_order(say.problems))
    return found


def _instead(name: str) -> str:
    known = pack_names()
    near = nearest(name, known)
    return f"write {near}, the nearest of {', '.join(known)}, or the path of a TOML file"


def _typed(file: str, values: dict[str, Any], data: bytes, say: Complaints) -> Pack | None:
    try:
        return Pack.model_validate(values)
    except ValidationError as error:
        lines = dict(_lines(data.decode("utf-8-sig")))
        for detail in error.errors(include_url=False):
            key = [part for part in detail["loc"] if isinstance(part, str)][-1]
            say.wrong(Where(file, _line(detail["loc"], lines), key), *_mend(detail))
        return None


def _mend(detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong and what would be right; an unknown key names the nearest known one."""
    if detail["type"] == "missing":
        return f"{_named(detail['loc'])} is missing", "write it; template.toml has an example"
    if detail["type"] != "extra_forbidden":
        return put_right(detail)
    *path, key = detail["loc"]
    near = nearest(str(key), _keys(path))
    return f"there is no key {shown(str(key))}", f"write {near!r}, the nearest that is known"


def _named(loc: Sequence[int | str]) -> str:
    return shown(str(loc[-1]))


_SECTIONS: dict[str, type[Outcome]] = {
    "counts": Counts,
    "yearly": Yearly,
    "days": Days,
    "daily": Daily,
    "averaged": Averaged,
    "pd": PdCredit,
}


def _keys(path: Sequence[int | str]) -> tuple[str, ...]:
    """Keys of the section at ``path``; of the file itself where that is empty."""
    model = _SECTIONS[str(path[0])] if path else Pack
    return tuple(model.model_fields)


def _lines(text: str) -> Iterator[tuple[Path_, int]]:
    """Line of every section and key; sections of a list are numbered from 0."""
    section: Path_ = ()
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if head := _SECTION.match(line):
            name = head[2]
            at = seen.setdefault(name, -1) + 1
            seen[name] = at
            section = (name, at) if head[1] == "[[" else (name,)
            yield section, number
        elif key := _KEY.match(line):
            yield (*section, key[1]), number


def _line(loc: Path_, lines: dict[Path_, int]) -> int | None:
    """Line of a key, or of the nearest section that holds it."""
    found = (lines.get(loc[:length]) for length in range(len(loc), 0, -1))
    return next((line for line in found if line is not None), None)
