"""Puts files in place whole: written under a temporary name, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ENDING = ".flexweave-part"
"""Ending of temporary names; whatever carries it was left behind by a run that was killed."""


class CannotWrite(OSError):
    """A file cannot be written: no permission, no room, no such folder. Nothing is half written."""

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


def put_in_place(folder: Path, content: Mapping[str, bytes], remove: Sequence[str] = ()) -> None:
    """Write files into a folder, which is made where it is missing.

    All files are written under temporary names first and then renamed in the order of ``content``.
    Each name therefore always shows a whole file, the old or the new; a run that is killed between
    two renames leaves some of both. What it left under temporary names goes now.

    Parameters
    ----------
    folder : Path
    content : mapping of str to bytes
        Bytes by file name, folders inside joined by ``/``; the last one becomes visible last.
    remove : sequence of str
        Names of files to remove once all others are in place.

    Raises
    ------
    CannotWrite
        When the system refuses.
    """
    parts: list[tuple[Path, Path]] = []
    name = folder.name
    folders = dict.fromkeys((folder / one).parent for one in content)
    try:
        for inside in (folder, *folders):
            inside.mkdir(parents=True, exist_ok=True)
        _sweep(folder, [*content, *remove])
        for name, data in content.items():
            target = folder / name
            part = target.with_name(f".{target.name}.{secrets.token_hex(8)}{ENDING}")
            parts.append((part, target))
            _write(part, data)
        for part, target in parts:
            name = target.name
            part.replace(target)
        for name in remove:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        said = f"{name} cannot be written: {error.strerror or 'the system refuses'}"
        raise CannotWrite(error.errno, said, str(folder)) from error
    finally:
        for part, _ in parts:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    for inside in folders:
        _flush(inside)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sweep(folder: Path, names: Sequence[str]) -> None:
    """Remove what killed runs left of these files."""
    for name in names:
        target = folder / name
        for part in target.parent.glob(f".{target.name}.*{ENDING}"):
            part.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    """Make the renames last, where the system can flush a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
