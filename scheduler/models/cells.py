"""How the cells of the files are typed: lists, times, true and false, ids, free text.

Every value may come typed (JSON) or as the text of a CSV cell; both give the same object. A
validator that refuses says ``what is wrong; what would be right``, which reading passes on.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

RISKY_STARTS = ("=", "+", "-", "@")
"""A spreadsheet runs a cell that begins with one of these."""

_GUARDED = (*RISKY_STARTS, *(f"'{sign}" for sign in ("'", *RISKY_STARTS)))
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Row(BaseModel):
    """One row of one file. Immutable; unknown columns never reach it.

    ``header`` names columns that the file must have although their cells may be empty.
    """

    header: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True
    )


def split(cell: Any) -> Any:
    """Items of a list cell, each once: ``"a; b;;a"`` gives ``("a", "b")``; empty ones are dropped.

    A list that is typed already loses its empty and repeated texts likewise.
    """
    if isinstance(cell, str):
        cell = cell.split(";")
    if not isinstance(cell, list | tuple):
        return cell
    items = [item.strip() if isinstance(item, str) else item for item in cell]
    texts = {item: None for item in items if isinstance(item, str) and item}
    return tuple(texts) + tuple(item for item in items if item and not isinstance(item, str))


def minutes(cell: Any) -> Any:
    """Minutes since midnight of an ``HH:MM`` cell.

    Raises
    ------
    ValueError
        When the text is no time of day.
    """
    if not isinstance(cell, str):
        return cell
    found = _CLOCK.fullmatch(cell.strip())
    if found is None:
        raise ValueError(f"{cell!r} is no time of day; write it as HH:MM, such as 08:05")
    return int(found[1]) * 60 + int(found[2])


def clock(since_midnight: int) -> str:
    """``HH:MM`` of minutes since midnight."""
    return f"{since_midnight // 60:02d}:{since_midnight % 60:02d}"


def legible(text: str) -> str:
    """Check that free ``text`` can be shown and stored; line breaks become newlines.

    Raises
    ------
    ValueError
        When it holds a control character or half a surrogate pair.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in text):
        raise ValueError(f"{text!r} holds a control character; leave it out")
    return text


def listable(text: str) -> str:
    """Check that ``text`` can be an item of a list cell.

    Raises
    ------
    ValueError
        When it holds ``;``.
    """
    if ";" in text:
        raise ValueError(f"{text!r} holds ';', which separates the items of a list; leave it out")
    return text


def guarded(text: str) -> str:
    """``text`` as a spreadsheet may show it: an apostrophe before what it would run as a formula.

    A text that begins with an apostrophe before such a sign, or before another apostrophe, gets one
    more, so that `unguarded` gives back exactly what there was.
    """
    return f"'{text}" if text.startswith(_GUARDED) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made a cell of; other texts stay, with their apostrophe if any."""
    return cell[1:] if cell.startswith(_GUARDED[len(RISKY_STARTS) :]) else cell


def truth(cell: Any) -> Any:
    """True or false from a cell.

    Raises
    ------
    ValueError
        When the text is neither ``true`` nor ``false``.
    """
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().lower()
    if word not in ("true", "false"):
        raise ValueError(f"{cell!r} is neither true nor false; write true or false")
    return word == "true"


def opaque(text: str) -> str:
    """Check that ``text`` can be an id.

    Raises
    ------
    ValueError
        When it is empty, holds ``;`` or a control character, or begins as a formula does.
    """
    if not text:
        raise ValueError("an id is missing; write one")
    listable(text)
    if text.startswith(RISKY_STARTS):
        raise ValueError(
            f"{text!r} begins with {text[0]!r}, as a formula does; begin with a letter or a digit"
        )
    if not text.isprintable():
        raise ValueError(f"{text!r} holds a sign that cannot be printed; leave it out")
    return text


def _dotless(text: str) -> str:
    if "." in text:
        raise ValueError(f"{text!r} holds '.', which joins day and block; leave it out")
    return text


def joined(items: Iterable[object]) -> str:
    """A list as one cell."""
    return ";".join(str(item) for item in items)


Id = Annotated[str, AfterValidator(opaque)]
DayName = Annotated[str, AfterValidator(opaque), AfterValidator(_dotless)]
Text = Annotated[str, AfterValidator(legible)]
Item = Annotated[Text, StringConstraints(min_length=1), AfterValidator(listable)]
Texts = Annotated[tuple[Item, ...], BeforeValidator(split)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(split)]
Minute = Annotated[
    int,
    Field(ge=0, lt=24 * 60),
    BeforeValidator(minutes),
    PlainSerializer(clock, return_type=str),
]
Truth = Annotated[bool, BeforeValidator(truth)]
