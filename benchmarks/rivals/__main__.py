"""One rival on one scenario: ``python -m benchmarks.rivals NAME FOLDER OUT``. See `outside`."""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import time
from decimal import Decimal
from pathlib import Path

from benchmarks.rivals import RIVALS
from benchmarks.rivals.contract import Play, Task
from scheduler.reading import read

MOST = 0.75
"""Share of the machine's memory that a rival may ask for, so that it ends and nothing else does."""


def main() -> None:
    """Read, play, and write what came of it as JSON."""
    began = time.monotonic()
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("name", choices=RIVALS)
    given.add_argument("folder", type=Path)
    given.add_argument("out", type=Path)
    given.add_argument("--limit", type=float, default=60.0)
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--best", type=Decimal)
    asked = given.parse_args()
    memory = int(MOST * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def keep(play: Play) -> None:
        part = asked.out.with_suffix(".part")
        part.write_text(play.model_dump_json())
        part.replace(asked.out)

    task = Task(read(asked.folder), asked.limit, asked.seed, asked.best, began, keep)
    keep(importlib.import_module(RIVALS[asked.name]).play(task))


if __name__ == "__main__":
    main()
