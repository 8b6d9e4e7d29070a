"""Every error of Pydantic has words of ours."""

from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from scheduler.reading.words import listed, nearest, put_right, resembling, shown


class Sub(BaseModel):
    x: int = 0


class Every(BaseModel):
    whole: int = 0
    number: Annotated[float, Field(gt=0, lt=9)] = 1
    text: Annotated[str, Field(min_length=1)] = "x"
    items: list[int] = []
    pair: Annotated[tuple[int, ...], Field(min_length=2)] = (1, 2)
    keys: dict[str, int] = {}
    sub: Sub = Sub()
    switch: bool = True
    exact: Annotated[Decimal, Field(max_digits=5, decimal_places=2)] = Decimal(1)
    code: Annotated[str, Field(pattern="^a$")] = "a"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"whole": "x"}, ("'x' is no whole number", "write digits only, such as 12")),
        ({"whole": 1.5}, ("1.5 is no whole number", "write digits only, such as 12")),
        ({"whole": "9" * 5000}, None),
        ({"number": "x"}, ("'x' is no number", "write a number such as 0.5")),
        ({"number": 0}, ("0 is too small", "write more than 0.0")),
        ({"number": 9}, ("9 is too large", "write less than 9.0")),
        ({"text": ""}, ("there is no value", "write one, every row needs it")),
        ({"text": 5}, ("5 is no text", "write a text")),
        ({"items": "x"}, ("'x' is no list", "write a list")),
        ({"pair": [1]}, ("there are too few values", "write at least 2")),
        ({"keys": 3}, ("3 holds no keys", "write it as a section of keys and values")),
        ({"sub": 3}, ("3 holds no keys", "write it as a section of keys and values")),
        ({"switch": "maybe"}, ("'maybe' is neither true nor false", "write true or false")),
        ({"exact": "1.234"}, ("'1.234' has too many digits", "write fewer digits")),
        ({"code": "b"}, ("'b' does not fit here", "see the documentation for what does")),
    ],
)
def test_words(given, said):
    with pytest.raises(ValidationError) as caught:
        Every.model_validate(given)
    found = put_right(caught.value.errors()[0])
    assert said is None or found == said


def test_long_values_are_cut():
    assert len(shown("x" * 1_000)) == 60
    assert shown("a\nb") == "'a\\nb'"


def test_lists_and_nearest():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b or c"
    assert nearest("x", []) is None
    assert nearest("flx", ["pd", "flex"]) == "flex"
    assert resembling("grad", ["grade"]) == "grade"
    assert resembling("colour", ["grade"]) is None
