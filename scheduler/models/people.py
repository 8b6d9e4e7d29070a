"""Who there is: students and staff."""

from typing import Annotated

from pydantic import Field

from scheduler.models.cells import Id, Row, Text, Texts


class Student(Row):
    """A student; ``home`` is this or last year's advisor, a staff id or empty."""

    id: Id
    grade: Id
    name: Text = ""
    tags: Texts = ()
    home: Text = ""

    @property
    def all_tags(self) -> frozenset[str]:
        """Own tags and ``grade:<g>``."""
        return frozenset(self.tags) | {f"grade:{self.grade}"}


class Staff(Row):
    """A teacher, advisor, mentor or counselor; ``max_sessions`` limits what they lead per cycle."""

    id: Id
    name: Text = ""
    tags: Texts = ()
    max_sessions: Annotated[int, Field(ge=0, le=1_000_000)] | None = None

    @property
    def all_tags(self) -> frozenset[str]:
        """Own tags, departments (``dept:math``) among them."""
        return frozenset(self.tags)


Person = Student | Staff
