"""The parent's side of a rival: started in a process of its own, and ended when it is late."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import Ended, watched
from benchmarks.rivals.contract import Play

if TYPE_CHECKING:
    from decimal import Decimal

GRACE = 15.0
"""Seconds that a rival may outlive its limit, to hand over what it has."""


def played(
    name: str,
    folder: Path,
    limit: float,
    seed: int = 0,
    best: Decimal | None = None,
    grace: float = GRACE,
) -> tuple[Play, Ended]:
    """Let a rival play on a scenario's folder.

    Returns
    -------
    play : Play
        What it kept where it was ended or broke down, perhaps nothing; then ``said`` tells.
    ended : Ended
        The whole process, reading included.
    """
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "play.json"
        command = [sys.executable, "-m", "benchmarks.rivals", name, str(folder), str(out)]
        command += ["--limit", str(limit), "--seed", str(seed)]
        if best is not None:
            command += ["--best", str(best)]
        ended = watched(command, limit + grace)
        play = Play.model_validate_json(out.read_bytes()) if out.exists() else Play()
    if ended.code == 0:
        return play, ended
    said = f"{play.said}; {_why(ended)}" if play.said else _why(ended)
    return play.model_copy(update={"said": said}), ended


def _why(ended: Ended) -> str:
    if ended.code is None:
        return "ended from outside"
    if ended.code == -signal.SIGABRT or ended.said.startswith("MemoryError"):
        return "out of memory"
    return f"broke down (exit code {ended.code})"
