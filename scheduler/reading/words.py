"""What is wrong with a value, in the words of a school."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic_core import ErrorDetails

LONGEST = 60
"""Characters of a value that a message shows."""

Said = tuple[str, str]
"""What is wrong, and what would be right."""


def shown(value: object) -> str:
    """A value as a message shows it: quoted, and cut where it is long."""
    text = repr(str(value)) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]}…{text[-1]}"


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word with the smallest edit distance, the first of several; ``None`` if none is."""
    found = process.extractOne(word, known, scorer=Levenshtein.distance)
    return found[0] if found else None


def resembling(word: str, known: Sequence[str]) -> str | None:
    """The nearest known word, if its edit distance is at most 2."""
    found = process.extractOne(word, known, scorer=Levenshtein.distance, score_cutoff=2)
    return found[0] if found else None


def listed(words: Sequence[str]) -> str:
    """``a, b or c``."""
    *front, last = words
    return f"{', '.join(front)} or {last}" if front else last


def one_of(words: Sequence[str], near: str | None) -> str:
    """What would be right where one of some words is."""
    if near is None or len(words) == 1:
        return f"write {listed(words)}"
    return f"write {near}, the nearest of {listed(words)}"


def put_right(error: ErrorDetails) -> Said:
    """What is wrong and what would be right, from an error of Pydantic."""
    say = _WORDS.get(error["type"], _unfit)
    return say(error["input"], error.get("ctx", {}))


def _unfit(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} does not fit here", "see the documentation for what does"


def _missing(_: object, __: dict[str, Any]) -> Said:
    return "there is no value", "write one, every row needs it"


def _whole(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} is no whole number", "write digits only, such as 12"


def _number(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} is no number", "write a number such as 0.5"


def _text(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} is no text", "write a text"


def _list(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} is no list", "write a list"


def _keys(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} holds no keys", "write it as a section of keys and values"


def _truth(value: object, _: dict[str, Any]) -> Said:
    return f"{shown(value)} is neither true nor false", "write true or false"


def _low(value: object, context: dict[str, Any]) -> Said:
    least = context.get("ge", context.get("gt"))
    more = f"write {least} or more" if "ge" in context else f"write more than {least}"
    return f"{shown(value)} is too small", more


def _high(value: object, context: dict[str, Any]) -> Said:
    most = context.get("le", context.get("lt"))
    less = f"write {most} or less" if "le" in context else f"write less than {most}"
    return f"{shown(value)} is too large", less


def _long(value: object, context: dict[str, Any]) -> Said:
    return f"{shown(value)} has too many digits", "write fewer digits"


def _few(value: object, context: dict[str, Any]) -> Said:
    return "there are too few values", f"write at least {context.get('min_length', 1)}"


def _word(value: object, context: dict[str, Any]) -> Said:
    words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    near = resembling(str(value).strip().lower(), words)
    return f"{shown(value)} is not known here", one_of(words, near)


def _ours(_: object, context: dict[str, Any]) -> Said:
    """Our own validators say both themselves, parted by the last semicolon."""
    wrong, _sign, right = str(context["error"]).rpartition("; ")
    return wrong, right


_WORDS: dict[str, Callable[[object, dict[str, Any]], Said]] = {
    "missing": _missing,
    "string_too_short": _missing,
    "int_parsing": _whole,
    "int_type": _whole,
    "int_from_float": _whole,
    "int_parsing_size": _long,
    "decimal_parsing": _number,
    "decimal_type": _number,
    "finite_number": _number,
    "float_parsing": _number,
    "float_type": _number,
    "decimal_max_digits": _long,
    "decimal_max_places": _long,
    "decimal_whole_digits": _long,
    "string_type": _text,
    "tuple_type": _list,
    "list_type": _list,
    "dict_type": _keys,
    "model_type": _keys,
    "model_attributes_type": _keys,
    "bool_parsing": _truth,
    "bool_type": _truth,
    "greater_than_equal": _low,
    "greater_than": _low,
    "less_than_equal": _high,
    "less_than": _high,
    "too_short": _few,
    "literal_error": _word,
    "value_error": _ours,
}
