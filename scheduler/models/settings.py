"""What a scenario asks for as a whole: ``scenario.toml``."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from scheduler.models.cells import Row, Text, Texts, split
from scheduler.models.time import Kind

Kinds = Annotated[tuple[Kind, ...], BeforeValidator(split)]


class Settings(Row):
    """Name, calendar, days, kinds, and the knobs of the rules as they were written.

    An empty ``calendar`` means the only one, an empty ``cycle`` all its days, empty ``kinds`` all.
    ``rules`` maps a rule's name to its knobs; the rule itself gives them types and defaults.
    """

    model_config = ConfigDict(coerce_numbers_to_str=False)

    name: Text = ""
    timezone: Text = ""
    calendar: Text = ""
    cycle: Texts = ()
    kinds: Kinds = ()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
