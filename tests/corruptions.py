"""Corruptions of a valid scenario, drawn by Hypothesis: bytes, cells, columns, files, zip, JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from scheduler.reading import read
from scheduler.writing import scenario_json
from tests.schools import TINY, tiny, zipped

if TYPE_CHECKING:
    from collections.abc import Callable


class Corrupt(NamedTuple):
    """What became of the tiny school: ``files`` of a folder, or the bytes of a zip or JSON."""

    how: str
    files: dict[str, bytes]
    data: bytes


FILES = tiny(
    pairs="a,b,relation,kind,hard\ns1,s2,together,,\ns3,s4,apart,flex,true\n",
    away="person,block\ns4,Wed.flex\n",
    knows="student,staff,strength\ns1,t1,0.75\n",
    ledger="person,owed\ns1,12.5\n",
    previous="person,session\ns1,robotics-mon\n",
    days="calendar,date,day,note\ncurrent,2026-09-07,Mon,\ncurrent,2026-09-08,,Holiday\n",
)
DOCUMENT = scenario_json(read(zipped(FILES)))
assert read(TINY).students

cells = st.sampled_from(
    (
        *("", " ", "=1", "-1", "0", "1e9", "1e999999999", "NaN", "inf", "9" * 5_000, "0x10", "1.5"),
        *(
            "true",
            "maybe",
            "s1",
            "t1",
            "s1;s1",
            "robotics",
            "Mon.flex",
            "Mon",
            "25:00",
            "9:5",
            "flex",
        ),
        *("\x00", "\ud800", "é", "a\nb", '"', "'", ";", ",", "../x", "2026-02-30", "x" * 200_000),
    )
)
junk = st.sampled_from(
    (b"", b"\x00", b"\xff", b'"', b"\n", b"\r", b",", b";", b"PK\x03\x04", b"\xef")
)
chunks = st.one_of(junk, st.binary(max_size=6))


@st.composite
def corruptions(draw: st.DrawFn) -> Corrupt:
    """One corruption of any sort."""
    how = draw(st.sampled_from(sorted(_HOW)))
    return _HOW[how](draw, how)


def _bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """Cut, double, insert or overwrite somewhere."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + draw(st.sampled_from((1, 8, 10_000))))))
    middle = draw(st.one_of(chunks, st.just(data[start:end] * 2)))
    return data[:start] + middle + data[end:]


def _file(draw: st.DrawFn, only_csv: bool = False) -> str:
    return draw(st.sampled_from([name for name in FILES if not only_csv or name.endswith(".csv")]))


def _in_bytes(draw: st.DrawFn, how: str) -> Corrupt:
    name = _file(draw)
    return Corrupt(how, {**FILES, name: _bytes(draw, FILES[name])}, b"")


def _in_table(change: Callable[[st.DrawFn, list[list[str]]], None]) -> Any:
    def corrupt(draw: st.DrawFn, how: str) -> Corrupt:
        name = _file(draw, only_csv=True)
        rows = list(csv.reader(io.StringIO(FILES[name].decode())))
        change(draw, rows)
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(rows)
        data = buffer.getvalue().encode("utf-8", errors="surrogatepass")
        return Corrupt(how, {**FILES, name: data}, b"")

    return corrupt


def _change_cell(draw: st.DrawFn, rows: list[list[str]]) -> None:
    row = rows[draw(st.integers(0, len(rows) - 1))]
    others = [cell for other in rows[1:] for cell in other]
    row[draw(st.integers(0, len(row) - 1))] = draw(st.one_of(cells, st.sampled_from(others)))


def _change_column(draw: st.DrawFn, rows: list[list[str]]) -> None:
    at = draw(st.integers(0, len(rows[0]) - 1))
    action = draw(st.sampled_from(("drop", "double", "rename", "swap", "blank")))
    for row in rows:
        if action == "drop":
            row.pop(at)
        elif action == "double":
            row.insert(at, row[at])
        elif action == "swap":
            row[0], row[at] = row[at], row[0]
        elif action == "blank" and row is not rows[0]:
            row[at] = ""
    if action == "rename":
        rows[0][at] = draw(st.sampled_from((rows[0][at] + "s", rows[0][at][:-1], "x", "", " id")))


def _change_rows(draw: st.DrawFn, rows: list[list[str]]) -> None:
    at = draw(st.integers(0, len(rows) - 1))
    action = draw(st.sampled_from(("drop", "double", "short", "long", "blank", "header")))
    if action == "drop":
        rows.pop(at)
    elif action == "double":
        rows.insert(at, list(rows[at]))
    elif action == "short":
        rows[at].pop()
    elif action == "long":
        rows[at].append(draw(cells))
    elif action == "blank":
        rows.insert(at, [])
    else:
        del rows[1:]


def _in_files(draw: st.DrawFn, how: str) -> Corrupt:
    name, other = _file(draw), _file(draw)
    files = dict(FILES)
    action = draw(st.sampled_from(("drop", "rename", "swap", "add", "empty")))
    if action == "drop":
        del files[name]
    elif action == "rename":
        files[draw(st.sampled_from((f"x{name}", name.upper(), name[1:], "notes.csv")))] = files.pop(
            name
        )
    elif action == "swap":
        files[name], files[other] = files[other], files[name]
    elif action == "add":
        files[draw(st.sampled_from(("choice.csv", "readme.txt", "changes.csv")))] = files[name]
    else:
        files[name] = b""
    return Corrupt(how, files, b"")


def _in_zip(draw: st.DrawFn, how: str) -> Corrupt:
    return Corrupt(how, {}, _bytes(draw, zipped(FILES)))


def _in_zip_names(draw: st.DrawFn, how: str) -> Corrupt:
    name = _file(draw)
    files = dict(FILES)
    bad = st.sampled_from(("../x.csv", "/x.csv", "a/b.csv", "C:\\x.csv", "x\x00", "a/", "é" * 300))
    files[draw(bad)] = files.pop(name)
    return Corrupt(how, {}, zipped(files))


def _in_json_bytes(draw: st.DrawFn, how: str) -> Corrupt:
    return Corrupt(how, {}, _bytes(draw, DOCUMENT))


def _in_json_values(draw: st.DrawFn, how: str) -> Corrupt:
    document = json.loads(DOCUMENT)
    node: Any = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        deeper = isinstance(node[key], dict | list) and node[key]
        if not deeper or draw(st.integers(0, 3)) == 0:
            break
        node = node[key]
    values = (
        None,
        True,
        0,
        -1,
        1.5,
        1e300,
        10**400,
        float("nan"),
        [],
        {},
        [[]],
        {"a": 1},
        "é",
        [1],
    )
    if draw(st.booleans()):
        node[key] = draw(st.one_of(st.sampled_from(values), cells))
    elif isinstance(node, dict):
        node[draw(st.sampled_from(("x", f"{key}s", "")))] = node.pop(key)
    else:
        node.append(node[key])
    return Corrupt(how, {}, json.dumps(document).encode())


_HOW: dict[str, Callable[[st.DrawFn, str], Corrupt]] = {
    "bytes of a file": _in_bytes,
    "a cell": _in_table(_change_cell),
    "a cell again": _in_table(_change_cell),
    "a column": _in_table(_change_column),
    "rows": _in_table(_change_rows),
    "files": _in_files,
    "bytes of a zip": _in_zip,
    "names in a zip": _in_zip_names,
    "bytes of JSON": _in_json_bytes,
    "values in JSON": _in_json_values,
}
