"""What must not be, and the fewest findings to waive."""

import numpy as np
import pytest

from scheduler.rules.contract import UNBOUNDED
from scheduler.solver import elastic, engines
from tests.solving import all_answers, model


def conflicting():
    """Three people, one seat, all locked in; the third lock is a finding of two slacks."""
    a = [
        [1, 1, 1, 0, 0, 0, 0],
        [1, 0, 0, 1, 0, 0, 0],
        [0, 1, 0, 0, 1, 0, 0],
        [0, 0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 0, 0, 2],
    ]
    return model(
        a,
        [0, 1, 1, 1, 2],
        [1, *[UNBOUNDED] * 4],
        [1, 2, 9, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 3],
        whole=3,
        breach=[-1, -1, -1, 0, 1, 2, 2],
    )


def test_strict_forbids_every_breach():
    matrix = conflicting()
    assert elastic.strict(matrix).cap.tolist() == [1, 1, 1, 0, 0, 0, 0]
    assert not len(all_answers(elastic.strict(matrix)))
    assert len(all_answers(matrix))


def test_the_fewest_findings_are_counted_not_slacks():
    matrix = conflicting()
    counted = elastic.counting(matrix)
    assert counted.shape == (5 + 4, 7 + 3)
    v, done = engines.exact(counted)
    assert done
    assert round(v[7:].sum()) == 2
    assert counted.value(np.rint(v).astype(int)) == -2 * 10_000


def test_then_points_count_again():
    matrix = conflicting()
    waiving = elastic.waiving(matrix, 2)
    v, _ = engines.exact(waiving)
    assert waiving.value(np.rint(v).astype(int)) == 9 - 7
    assert np.rint(v[:3]).tolist() == [0, 1, 0]


@pytest.mark.parametrize("seed", range(25))
def test_no_answer_waives_fewer(seed):
    rng = np.random.default_rng(seed)
    base = rng.integers(-2, 3, (4, 4))
    breach = rng.integers(0, 3, 4)
    a = np.hstack([base, np.eye(4, dtype=int) * 9])
    lower = rng.integers(0, 6, 4)
    matrix = model(a, lower, UNBOUNDED, [*rng.integers(-3, 9, 4), *[0] * 4], whole=4)
    matrix = model(
        a,
        lower,
        UNBOUNDED,
        matrix.objective,
        whole=4,
        breach=[*[-1] * 4, *np.unique(breach, return_inverse=True)[1]],
    )
    answers = all_answers(matrix)
    waived = np.array([len(set(matrix.breach[v > 0]) - {-1}) for v in answers])
    fewest = waived.min()
    v, _ = engines.exact(elastic.counting(matrix))
    assert round(v[matrix.shape[1] :].sum()) == fewest
    best = (answers @ matrix.objective)[waived == fewest].max()
    v, _ = engines.exact(elastic.waiving(matrix, int(fewest)))
    assert round(v[: matrix.shape[1]] @ matrix.objective) == best
