from decimal import Decimal

import pytest

from scheduler.rules.fairness import Settings, segments, worth

SUM = Settings(form="sum")
DIMINISHING = Settings()


def test_sum_takes_points_as_they_are():
    assert worth(Decimal("123.45"), Decimal(50), 2, SUM) == Decimal("123.45")


@pytest.mark.parametrize(
    ("earned", "value"),
    [
        (0, "0"),
        (30, "30"),
        (50, "47"),  # 30 + 0.85·20
        (70, "61"),  # + 0.7·20
        (100, "76"),  # + 0.5·30
    ],
)
def test_diminishing_bends_at_30_50_and_70_per_place(earned, value):
    assert worth(Decimal(earned), Decimal(0), 1, DIMINISHING) == Decimal(value)
    assert worth(Decimal(2 * earned), Decimal(0), 2, DIMINISHING) == 2 * Decimal(value)


def test_what_makes_up_for_a_debt_counts_a_quarter_more():
    assert worth(Decimal(20), Decimal(40), 1, DIMINISHING) == 25
    assert (
        worth(Decimal(100), Decimal(40), 1, DIMINISHING) == 104
    )  # 1.25·40 + 30 + 0.85·20 + 0.7·10
    assert worth(Decimal(0), Decimal(40), 1, DIMINISHING) == 0


def test_nobody_is_owed_more_than_the_cap():
    assert worth(Decimal(200), Decimal(500), 1, DIMINISHING) == worth(
        Decimal(200), Decimal(100), 1, DIMINISHING
    )


def test_leximin_ends_as_diminishing():
    leximin = Settings(form="leximin", levels=2)
    assert worth(Decimal(50), Decimal(0), 1, leximin) == 47


def test_whoever_is_due_no_place_is_worth_nothing():
    assert worth(Decimal(0), Decimal(30), 0, DIMINISHING) == 0


@pytest.mark.parametrize("settings", [SUM, DIMINISHING, Settings(slopes=(1, 1), breaks=())])
@pytest.mark.parametrize("owed", [0, 12.5, 40, 140])
@pytest.mark.parametrize("places", [0, 1, 5])
def test_segments_filled_from_the_steepest_are_what_points_are_worth(settings, owed, places):
    width, slope = segments(int(100 * owed), places, 50_000, settings)
    assert (width > 0).all() and (slope[1:] <= slope[:-1]).all()
    assert width.sum() == 50_000
    for earned in (0, 1, 1250, 3000, 10_000, 33_333, 50_000):
        left, value = earned, 0
        for wide, steep in zip(width.tolist(), slope.tolist(), strict=True):
            value += min(left, wide) * steep
            left -= min(left, wide)
        assert Decimal(value) / 10_000 == worth(
            Decimal(earned) / 100, Decimal(str(owed)), places, settings
        )


def test_segments_of_somebody_who_can_earn_nothing_are_none():
    width, slope = segments(0, 1, 0, DIMINISHING)
    assert len(width) == len(slope) == 0


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"slopes": (1, 2), "breaks": ()}, "the slopes rise"),
        ({"slopes": (3, 1, 2), "breaks": (5,)}, "the slopes rise"),
        ({"slopes": (2, 1, 1, 1), "breaks": (9, 5)}, "the breaks do not rise"),
        ({"slopes": (2, 1)}, "2 slopes for 3 breaks; write two slopes more"),
        ({"slopes": (2, 1, 1), "breaks": (0,)}, "the breaks do not rise"),
        ({"slopes": (2, 1, 1, 1), "breaks": (5, 5)}, "the breaks do not rise"),
        ({"form": "maximin"}, "'sum', 'diminishing' or 'leximin'"),
        ({"levels": 0}, "greater than or equal to 1"),
    ],
)
def test_a_shape_that_is_not_concave_is_an_error(knobs, message):
    with pytest.raises(ValueError, match=message):
        Settings(**knobs)
