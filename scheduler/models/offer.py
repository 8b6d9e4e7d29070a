"""What is offered: rooms, activities and their sessions."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from scheduler.models.cells import Id, Ids, Item, Row, Text, Texts, Truth, split
from scheduler.models.time import Kind

Count = Annotated[int, Field(ge=0, le=1_000_000)]

SHARED = "shared"
"""Tag of a room that several sessions may use at once; their seats add up."""

_MIX = re.compile(r"(?P<tag>.+):(?P<low>\d{0,6})-(?P<high>\d{0,6})", re.DOTALL)


class Room(Row):
    """A room and its seats."""

    id: Id
    seats: Count
    tags: Texts = ()

    @property
    def shared(self) -> bool:
        """Whether several sessions may use it at once."""
        return SHARED in self.tags


class MixItem(Row):
    """How many people with a tag an open session should have; ``None`` leaves an end open."""

    tag: Item
    low: int | None = None
    high: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        found = _MIX.fullmatch(cell)
        if found is None or not (found["low"] or found["high"]):
            raise ValueError(f"{cell!r} is no mix; write tag:min-max, such as role:helper:1-2")
        low, high = (int(found[end]) if found[end] else None for end in ("low", "high"))
        if low is not None and high is not None and low > high:
            raise ValueError(f"{cell!r} has its minimum above its maximum; swap them")
        return {"tag": found["tag"], "low": low, "high": high}

    @model_serializer
    def _as_text(self) -> str:
        return str(self)

    def __str__(self) -> str:
        low, high = ("" if end is None else str(end) for end in (self.low, self.high))
        return f"{self.tag}:{low}-{high}"


class Activity(Row):
    """What is offered. Empty ``grades`` and ``only`` admit everyone.

    ``max_visits``: ``None`` follows the default of the `visits` rule, 0 means no limit.
    """

    id: Id
    kind: Kind
    title: Text = ""
    tags: Texts = ()
    grades: Ids = ()
    only: Texts = ()
    min_size: Count | None = None
    max_size: Count | None = None
    max_visits: Count | None = None
    fallback: Truth = False
    series: Text = ""
    mix: Annotated[tuple[MixItem, ...], BeforeValidator(split)] = ()


class Session(Row):
    """An activity meeting in one block; sizes, when given, override the activity's."""

    id: Id
    activity: Id
    block: Id
    room: Text = ""
    leaders: Ids = ()
    min_size: Count | None = None
    max_size: Count | None = None
    one_of: Text = ""
