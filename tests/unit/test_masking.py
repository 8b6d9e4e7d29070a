"""What is kept back leaves every small count open to who knows the total."""

from itertools import product

import pytest

from scheduler.masking import FEW, concealed, left_out

SIZES = (0, 1, 2, 3, 4, 5, 6, 7, 9, 12)


def fitting(parts, kept):
    """Every way in which the parts kept back could be, as far as a reader knows."""
    total = sum(parts[name] for name in kept)
    sides = [range(1, FEW) if parts[n] < FEW else range(FEW, total + 1) for n in kept]
    return [way for way in product(*sides) if sum(way) == total]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_no_small_part_follows_from_the_total_and_the_others(number):
    for sizes in product(SIZES, repeat=number):
        parts = dict(enumerate(sizes))
        kept = concealed(parts)
        small = {name for name, size in parts.items() if 0 < size < FEW}
        if kept is None:
            assert small
            continue
        assert small <= kept
        assert bool(kept) == bool(small)
        ways = fitting(parts, sorted(kept))
        for at, name in enumerate(sorted(kept)):
            if name in small:
                assert len({way[at] for way in ways}) > 1, (parts, kept)


def test_no_more_is_kept_back_than_needed():
    assert concealed({"a": 20, "b": 9, "c": 2}) == {"b", "c"}
    assert concealed({"a": 20, "b": 2, "c": 2}) == {"b", "c"}
    assert concealed({"a": 20, "b": 9}) == frozenset()
    assert concealed({"a": 5, "b": 1}) is None


def test_small_groups_are_left_out_with_others_until_five_people_are():
    assert left_out({"9": 40, "10": 30, "11": 3}) == {"10", "11"}
    assert left_out({"9": 40, "10": 4, "11": 3}) == {"10", "11"}
    assert left_out({"9": 40, "10": 30, "11": 0}) == frozenset()
