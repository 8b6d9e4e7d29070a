"""JSON to rows of text: one document with the same names as the files of a folder.

Numbers, booleans and lists become the text of the CSV cell (a list keeps its items), so that one
set of models types both. A place in the document is its path, counted from 0: ``choices[3].rank``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from scheduler.models.points import plain
from scheduler.reading.problems import Where

if TYPE_CHECKING:
    from scheduler.reading.containers import Document, Limits
    from scheduler.reading.problems import Complaints

MOST_DIGITS = 40
"""Digits of the longest number that is written plainly."""


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class NoNumber(str):
    """``NaN`` or an infinity, which JSON does not have."""

    __slots__ = ()


class Repeating(dict[str, Any]):
    """An object that names a key twice."""

    repeated: tuple[str, ...] = ()


def parsed(document: Document, limits: Limits, say: Complaints) -> dict[str, Any] | None:
    """The document with its scalars as text; ``None``, with a problem said, when it is none."""
    value = document.content
    if isinstance(value, bytes):
        value = loaded(document.file, value, limits, say)
        if value is None:
            return None
    if not isinstance(value, Mapping):
        say.wrong(Where(document.file), *_NO_OBJECT)
        return None
    return {
        str(key): cell
        for key, part in _members(document.file, "", value, say)
        if (cell := _texts(document.file, str(key), part, limits.depth, say)) is not None
    }


_NO_OBJECT = (
    "the document is no object of tables",
    'write {"scenario": {...}, "students": [{...}], ...}',
)


def loaded(file: str, data: bytes, limits: Limits, say: Complaints) -> Any:
    """The value of a JSON text, numbers as `Number`; ``None``, with a problem said, if none."""
    if len(data) > limits.document:
        say.wrong(
            Where(file),
            f"the document has {len(data):,} bytes",
            f"stay below {limits.document:,}, or send a zip of CSV files",
        )
        return None
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            parse_int=Number,
            parse_float=Number,
            parse_constant=NoNumber,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        say.wrong(Where(file, row), "the line holds bytes that are not UTF-8", "save it as UTF-8")
    except json.JSONDecodeError as error:
        say.wrong(
            Where(file, error.lineno),
            f"the JSON cannot be read from character {error.colno} of this line on",
            "check its quotes, commas and brackets",
        )
    except RecursionError:
        say.wrong(Where(file), *_TOO_DEEP)
    return None


_TOO_DEEP = (
    "lists and objects are nested too deep",
    "give each table as one list of flat objects",
)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = Repeating(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.repeated = tuple(key for key in found if keys.count(key) > 1)
    return found


def joined(path: str, key: str) -> str:
    """The path of a key below ``path``."""
    return f"{path}.{key}" if path else key


def _members(
    file: str, path: str, value: Mapping[str, Any], say: Complaints
) -> Iterable[tuple[str, Any]]:
    """Keys and values of an object; says which keys it names twice."""
    if isinstance(value, Repeating):
        for key in value.repeated:
            say.wrong(Where(file, joined(path, key), key), f"{key!r} is there twice", "keep one")
    return value.items()


def _texts(file: str, path: str, value: Any, depth: int, say: Complaints) -> Any:
    """A value with its scalars as text; empty ones are ``None``."""
    if isinstance(value, Mapping | list | tuple):
        if depth == 0:
            say.wrong(Where(file, path), *_TOO_DEEP)
            return None
        if isinstance(value, Mapping):
            return _filled_object(file, path, value, depth, say)
        items = (_texts(file, f"{path}[{i}]", v, depth - 1, say) for i, v in enumerate(value))
        return list(items)
    if isinstance(value, NoNumber) or (isinstance(value, float) and not math.isfinite(value)):
        column = path.rpartition(".")[2]
        say.wrong(
            Where(file, path, None if column.endswith("]") else column),
            f"{value} is no number of JSON",
            "write a number or null",
        )
        return NoNumber(value)
    return _scalar(value)


def _filled_object(
    file: str, path: str, value: Mapping[str, Any], depth: int, say: Complaints
) -> dict[str, Any]:
    return {
        str(key): cell
        for key, part in _members(file, path, value, say)
        if (cell := _texts(file, joined(path, str(key)), part, depth - 1, say)) is not None
    }


def _scalar(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number | float | Decimal):
        return _digits(str(value))
    if isinstance(value, int):
        large = value.bit_length() > 4 * MOST_DIGITS
        return f"1e{value.bit_length() * 3 // 10}" if large else str(value)
    return str(value)


def _digits(text: str) -> str:
    """A number plainly, 9.0 as 9; one of an odd size as it stands, for its column to refuse."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    fits = len(text) <= MOST_DIGITS and number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS
    return plain(number) if fits else text
