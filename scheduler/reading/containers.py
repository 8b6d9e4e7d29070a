"""Folder, zip or JSON: opens what a scenario comes in.

Nothing of a zip is unpacked to disk, so a name in it cannot climb anywhere; such names, and zips
that unpack to more than the limits allow, are refused all the same.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scheduler.reading.problems import Where

if TYPE_CHECKING:
    from scheduler.reading.problems import Complaints

Source = Path | str | bytes | Mapping[str, Any]
"""A folder, a zip or JSON by its path, the bytes of a zip or of JSON, or a JSON document."""

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ENCRYPTED = 0x1
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Limits:
    """What reading takes at most.

    Attributes
    ----------
    files : int
        Files in a zip.
    unpacked : int
        Bytes of all files in a zip together, unpacked.
    ratio : int
        Unpacked bytes per byte of the zip, judged from 1 MB on.
    document : int
        Bytes of a JSON document.
    depth : int
        Lists and objects within each other in a JSON document.
    """

    files: int = 100
    unpacked: int = 200_000_000
    ratio: int = 200
    document: int = 200_000_000
    depth: int = 8


@dataclass(frozen=True)
class Files:
    """The files of a folder or zip, by name."""

    content: dict[str, bytes]


@dataclass(frozen=True)
class Document:
    """One JSON document: its text, or what was parsed from it elsewhere."""

    file: str
    content: bytes | Mapping[str, Any]


def opened(source: Source, limits: Limits, say: Complaints) -> Files | Document | None:
    """Open a source; ``None``, with a problem said, when there is nothing to read."""
    if isinstance(source, Mapping):
        return Document("scenario.json", source)
    if isinstance(source, bytes):
        return _from_bytes("scenario", source, limits, say)
    path = Path(source)
    try:
        return _from_path(path, limits, say)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        say.wrong(
            Where(path.name or str(path)),
            f"it cannot be read ({reason or 'no such name is possible'})",
            "name a folder, a zip or a JSON document that you may read",
        )
        return None


def _from_path(path: Path, limits: Limits, say: Complaints) -> Files | Document | None:
    if path.is_dir():
        return _from_folder(path, say)
    if path.is_file():
        return _from_bytes(path.name, path.read_bytes(), limits, say)
    say.wrong(
        Where(path.name or str(path)),
        "there is no such folder or file",
        "name a folder, a zip or a JSON document",
    )
    return None


def _from_folder(path: Path, say: Complaints) -> Files:
    found = {}
    for file in sorted(path.iterdir()):
        if file.name.startswith(".") or (file.is_dir() and file.suffix not in (".csv", ".toml")):
            continue
        try:
            found[file.name] = _regular(file)
        except OSError as error:
            found[file.name] = b""
            say.wrong(
                Where(file.name),
                f"the file cannot be read ({error.strerror})",
                "let it be a file that you may read",
            )
    return Files(found)


def _regular(file: Path) -> bytes:
    if not file.is_file():
        raise FileNotFoundError(0, "it is no file")
    return file.read_bytes()


def _from_bytes(name: str, data: bytes, limits: Limits, say: Complaints) -> Files | Document | None:
    if data.startswith(ZIP_MAGIC) or name.lower().endswith(".zip"):
        label = name if name.lower().endswith(".zip") else f"{name}.zip"
        return _from_zip(label, data, limits, say)
    label = name if name.lower().endswith(".json") else f"{name}.json"
    if label == name or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return Document(label, data)
    say.wrong(
        Where(name),
        "this is neither a zip nor a JSON document",
        "name a folder of CSV files, a zip of it, or a JSON document",
    )
    return None


def _from_zip(label: str, data: bytes, limits: Limits, say: Complaints) -> Files | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            members = [m for m in bundle.infolist() if not _is_clutter(m)]
            if not _acceptable(label, members, len(data), limits, say):
                return None
            return Files(_unpacked(bundle, members))
    except _BROKEN_ZIP:
        say.wrong(Where(label), "the zip is damaged", "zip the folder again")
    return None


def _is_clutter(member: zipfile.ZipInfo) -> bool:
    """Folders, and what some systems add by themselves."""
    parts = member.filename.replace("\\", "/").split("/")
    hidden = parts[-1].startswith(".") and parts[-1] != ".."
    return member.is_dir() or parts[0] == "__MACOSX" or hidden


def _acceptable(
    label: str, members: list[zipfile.ZipInfo], packed: int, limits: Limits, say: Complaints
) -> bool:
    before = len(say.problems)
    total = sum(member.file_size for member in members)
    if len(members) > limits.files:
        say.wrong(
            Where(label),
            f"the zip holds {len(members)} files",
            f"leave at most {limits.files}; a scenario needs no more than 18",
        )
    if total > limits.unpacked or (total > 1_000_000 and total > limits.ratio * packed):
        say.wrong(
            Where(label),
            "the zip unpacks to more than is allowed",
            f"stay below {limits.unpacked:,} bytes and {limits.ratio} times the size of the zip",
        )
    for name in _repeated([member.filename for member in members]):
        say.wrong(Where(label), f"the zip holds {name!r} twice", "keep one of them")
    for member in members:
        _check_member(label, member, say)
    return len(say.problems) == before


def _repeated(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def _check_member(label: str, member: zipfile.ZipInfo, say: Complaints) -> None:
    name = member.filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        say.wrong(
            Where(label), f"the name {name!r} climbs out of the zip", "keep all files at its root"
        )
    elif member.flag_bits & ENCRYPTED:
        say.wrong(Where(label), f"{name!r} is encrypted", "zip the folder without a password")
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        say.wrong(
            Where(label),
            f"{name!r} is packed in an uncommon way",
            "zip the folder with the usual method, deflate",
        )


def _unpacked(bundle: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Files by name, a folder that holds them all left out.

    No member unpacks to more than the size that the zip's own list says, which has been judged:
    without that size, reading would unpack all of it before it looks.
    """
    found = {}
    tops = {member.filename.partition("/")[0] for member in members}
    inside = len(tops) == 1 and all("/" in member.filename for member in members)
    for member in members:
        name = member.filename
        with bundle.open(member) as stream:
            found[name.partition("/")[2] if inside else name] = stream.read(member.file_size)
    return found
