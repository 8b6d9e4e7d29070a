"""``scenario.toml``: its keys and values, and the line on which each key stands."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from scheduler.reading.problems import Where

if TYPE_CHECKING:
    from scheduler.reading.problems import Complaints

Keys = tuple[str, ...]
Lines = dict[Keys, int]

_LINE = re.compile(r"\bat line (\d+)")
_SECTION = re.compile(r"\s*\[\[?\s*([^\[\]=]+?)\s*\]")
_KEY = re.compile(
    r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)")


def parsed(
    file: str, data: bytes, say: Complaints
) -> tuple[dict[str, Any], dict[Keys, int]] | None:
    """Values, and line by keys; ``None``, with a problem said, when it is no TOML."""
    text = _decoded(file, data, say)
    if text is None:
        return None
    try:
        return tomllib.loads(text, parse_float=_decimal), _lines(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        row = int(found[1]) if found else text.rstrip().count("\n") + 1
        say.wrong(Where(file, row), *_mend(str(error)))
    except (ValueError, RecursionError):
        say.wrong(Where(file), "a number is too long, or lists are nested too deep", "shorten it")
    return None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("nan")


def _decoded(file: str, data: bytes, say: Complaints) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        say.wrong(
            Where(file, row), "the line holds bytes that are not UTF-8", "save the file as UTF-8"
        )
        return None


def _mend(error: str) -> tuple[str, str]:
    if "overwrite" in error or "declare" in error:
        return "this key or section is there twice", "keep one"
    return (
        "this line is not TOML",
        "write key = value, texts in double quotes, sections as [rules.needs]",
    )


def _lines(text: str) -> Lines:
    """Line of each section and key that stands at the beginning of a line."""
    found: Lines = {}
    section: Keys = ()
    for number, line in enumerate(text.split("\n"), 1):
        if head := _SECTION.match(line):
            section = _parts(head[1])
            found.setdefault(section, number)
        elif key := _KEY.match(line):
            found.setdefault(section + _parts(key[1]), number)
    return found


def _parts(dotted: str) -> Keys:
    return tuple("".join(parts) for parts in _PART.findall(dotted))


def line_of(keys: Keys, lines: Lines) -> int | None:
    """Line of a key, or of the nearest key that holds it."""
    keys = tuple(key.partition("[")[0] for key in keys)
    for length in range(len(keys), 0, -1):
        if keys[:length] in lines:
            return lines[keys[:length]]
    return next((line for known, line in lines.items() if known[: len(keys)] == keys), None)
