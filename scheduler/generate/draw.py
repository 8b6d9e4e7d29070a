"""Chance, reproducible: one independent stream per subject, and draws from arrays."""

import zlib

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def stream(seed: int, subject: str) -> np.random.Generator:
    """The stream of one subject: drawing more for one leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(subject.encode())])


def best(keys: Floats, count: int) -> Ints:
    """Columns of the ``count`` largest keys of each row, the largest first, shape (rows, count).

    Fewer where there are fewer columns.
    """
    count = min(count, keys.shape[1])
    if count == 0:
        return np.zeros((len(keys), 0), dtype=np.int64)
    found = np.argpartition(-keys, count - 1, axis=1)[:, :count]
    order = np.argsort(-np.take_along_axis(keys, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1).astype(np.int64)


def sample(rng: np.random.Generator, among: Ints, share: float) -> Ints:
    """A share of the given numbers, in their order."""
    taken = rng.choice(among, size=round(share * len(among)), replace=False)
    return np.sort(taken)


def parts(total: int, weights: Floats, least: int = 0) -> Ints:
    """Whole numbers in proportion to ``weights``, none under ``least``, that add up to ``total``.

    Where ``total`` does not suffice for ``least`` each, ``least`` gives way.
    """
    if not len(weights):
        return np.zeros(0, dtype=np.int64)
    least = max(0, min(least, total // len(weights)))
    exact = (total - least * len(weights)) * weights / weights.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    left = total - least * len(weights) - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return whole + least
