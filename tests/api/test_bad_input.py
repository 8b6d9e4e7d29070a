"""What nobody should send: all that is wrong is named, memory is bounded, the service lives on."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import runpy
import socket
import struct
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from api.errors import MEDIA, URN
from api.examples import SCENARIO
from api.jobs import watch
from api.jobs.tasks import MOST_PROBLEMS
from benchmarks.served import Served
from scheduler.reading import examine
from tests.schools import BROKEN, tiny, zipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx2

MB = 1_000_000
ZIP = "application/zip"
JSON = "application/json"
MAKER = runpy.run_path(str(BROKEN.with_suffix(".py")))
CASES = sorted(path.name for path in BROKEN.iterdir() if path.is_dir())
HEADER_SECONDS, BODY_SECONDS = 1.5, 10


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A real server that is not patient."""
    folder = tmp_path_factory.mktemp("bad")
    patience = {"header_seconds": HEADER_SECONDS, "body_seconds": BODY_SECONDS}
    with Served(folder, **patience, rate=100_000, burst=100_000) as one:
        yield one


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx2.Client]:
    with served.client(served.token(), seconds=120) as found:
        yield found


@pytest.fixture(autouse=True)
def alive(served: Served) -> Iterator[None]:
    """Whatever was sent, the service lives on, and it is the same process."""
    pid = served.pid
    yield
    assert served.ready()
    assert served.pid == pid


def refused(answer: httpx2.Response, *slugs: str) -> list[dict[str, Any]]:
    """The problems of an answer that refuses."""
    assert answer.headers["Content-Type"] == MEDIA, answer.text
    found = answer.json()
    assert found["type"].removeprefix(URN) in slugs, found
    assert 400 <= answer.status_code < 500
    assert answer.status_code == found["status"]
    if found["type"] == f"{URN}bad-input":
        assert found["problems"]
    for problem in found["problems"]:
        assert problem["file"] and problem["message"] and problem["hint"]
    return list(found["problems"])


# ---- broken scenarios ----------------------------------------------------------------------------


def sent(client: httpx2.Client, data: bytes, form: str) -> httpx2.Response:
    return client.post("/v1/scenarios", content=data, headers={"Content-Type": form})


def test_every_broken_scenario_is_told_all_that_is_wrong(client: httpx2.Client) -> None:
    named = 0
    for case in CASES:
        source = MAKER["source"](BROKEN / case)
        data = source.read_bytes() if source.is_file() else bundled(source)
        form = JSON if source.suffix == ".json" else ZIP
        answer = sent(client, data, form)
        if form == ZIP and not data.startswith(b"PK"):
            refused(answer, "unsupported-media-type")
            continue
        expected = [vars(problem) for problem in examine(data).problems]
        assert refused(answer, "bad-input") == expected, case
        named += len(expected)
    print(f"{len(CASES)} broken scenarios, {named} problems named")
    assert len(CASES) > 100


def bundled(folder: Path) -> bytes:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    files.pop("expected.txt")
    return zipped(files)


def test_a_broken_scenario_at_the_thin_door_is_told_the_same(client: httpx2.Client) -> None:
    broken = SCENARIO | {"students": [{"id": "s1", "grade": ""}, {"grade": 9, "shoe": "x"}]}
    expected = [vars(problem) for problem in examine(broken).problems]
    assert len(expected) >= 3
    for path, more in (("/v1/solve", {}), ("/v1/explain", {"question": "fairness"})):
        answer = client.post(path, json={"scenario": broken, **more})
        assert refused(answer, "bad-input") == expected


# ---- zips ----------------------------------------------------------------------------------------


def zip_of(members: list[tuple[str, bytes]], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as bundle:
        for name, data in members:
            bundle.writestr(name, data)
    return out.getvalue()


def test_zip_bombs_are_not_unpacked(served: Served, client: httpx2.Client) -> None:
    rest = [(name, data) for name, data in tiny().items() if name != "students.csv"]
    zeros = zip_of([("students.csv", bytes(190 * MB)), *rest])
    assert len(zeros) < MB
    nested = zip_of([("students.csv", zeros), *rest])
    bombs = {
        "one member": zeros,
        "many members": zip_of([(f"{n}.csv", bytes(3 * MB)) for n in range(90)]),
        "many names": zip_of([(f"{n}.csv", b"") for n in range(20_000)]),
        "within a zip": nested,
        "lying about its size": lying(zeros, 190 * MB, 1_000),
        "members that overlap": overlapping(zip_of([("a.csv", bytes(900_000))]), 90),
    }
    assert sent(client, zipped(tiny()), ZIP).status_code == 201
    before = peak_mb(served)
    for name, bomb in bombs.items():
        problems = refused(sent(client, bomb, ZIP), "bad-input")
        assert problems, name
    grown = peak_mb(served) - before
    print(f"zip bombs: peak of the server and its workers grew by {grown:.0f} MB")
    assert grown < 100


def lying(data: bytes, size: int, said: int) -> bytes:
    """A zip that says of its member that it unpacks to less than it does."""
    return data.replace(struct.pack("<L", size), struct.pack("<L", said))


def overlapping(data: bytes, times: int) -> bytes:
    """A zip whose list has the same member again and again, under other names."""
    start = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    entry = data[start:end]
    entries = b"".join(entry.replace(b"a.csv", b"%05d" % n) for n in range(times))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, times, times, len(entries), start, 0)
    return data[:start] + entries + tail


def peak_mb(served: Served) -> float:
    """The most memory that the server and its workers ever held, added up."""
    total = 0
    for pid in watch.family(served.pid):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1])
    return total / 1024


@pytest.mark.parametrize(
    "name",
    ["../students.csv", "/etc/passwd", "a/../../b.csv", "..\\students.csv", "C:\\x.csv", "./../x"],
)
def test_zips_that_climb_are_refused(client: httpx2.Client, name: str) -> None:
    data = zip_of([(name, b"id\n"), *tiny().items()])
    problems = refused(sent(client, data, ZIP), "bad-input")
    assert any(name.replace("\\", "/") in p["message"].replace("\\\\", "/") for p in problems)


def test_damaged_zips_are_refused(client: httpx2.Client) -> None:
    whole = zipped(tiny())
    for data in (whole[:-30], whole[: len(whole) // 2], b"PK\x03\x04" + bytes(1_000), b"PK"):
        refused(sent(client, data, ZIP), "bad-input", "unsupported-media-type")
    refused(sent(client, zip_of([*tiny().items()], zipfile.ZIP_LZMA), ZIP), "bad-input")


# ---- size ----------------------------------------------------------------------------------------


def parts(size: int) -> Iterator[bytes]:
    """A body that comes bit by bit, its size not announced."""
    for _ in range(size // 65_536):
        yield b"[" * 65_536


def heard(served: Served, path: str, token: str, *, announced: bool) -> bytes:
    """What is answered to 100 MB, whether or not it is heard to its end."""
    told = f"Content-Length: {100 * MB}" if announced else "Transfer-Encoding: chunked"
    lines = (f"POST {path} HTTP/1.1", "Host: x", f"Content-Type: {JSON}", token, told)

    def send() -> None:
        with contextlib.suppress(OSError):
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            for part in parts(100 * MB):
                line.sendall(part if announced else b"10000\r\n" + part + b"\r\n")

    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as line:
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        first = line.recv(100)
        with contextlib.suppress(OSError):  # the server may have hung up by now
            line.shutdown(socket.SHUT_RDWR)
        sender.join()
    return first


@pytest.mark.parametrize("path", ["/v1/scenarios", "/v1/solve", "/v1/explain"])
def test_a_hundred_megabytes_are_refused(served: Served, client: httpx2.Client, path: str) -> None:
    before = most = served.memory_mb()
    ended = threading.Event()

    def look() -> None:
        nonlocal most
        while not ended.wait(0.02):
            most = max(most, served.memory_mb())

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    token = f"Authorization: {client.headers['Authorization']}"
    firsts = [heard(served, path, token, announced=announced) for announced in (True, False)]
    firsts.append(heard(served, path, "X: nobody", announced=True))
    ended.set()
    watcher.join()
    print(f"{path}: {before:.0f} MB before, {most:.0f} MB at most")
    statuses = [first.split()[1] for first in firsts]
    assert statuses in ([b"413", b"413", b"401"], [b"413", b"408", b"401"])
    assert most - before < 170, "no more than the 50 MB that a scenario may have, and copies"


def test_a_large_body_is_for_those_who_may_send_scenarios(served: Served) -> None:
    with served.client(served.token("student", "s1")) as student:
        answer = student.post(
            "/v1/scenarios", content=bytes(2 * MB), headers={"Content-Type": JSON}
        )
        refused(answer, "too-large")


def test_what_carries_no_scenario_may_be_no_larger_than_a_megabyte(client: httpx2.Client) -> None:
    for path in ("/v1/solutions/sol_0/repairs", "/v1/solve", "/v1/explain"):
        announced = client.post(path, json={"changes": ["x" * 2 * MB]})
        refused(announced, "too-large")
        assert ("POST /v1/scenarios" in announced.json()["detail"]) == (path in DOORS)
        streamed = client.post(path, content=parts(2 * MB), headers={"Content-Type": JSON})
        refused(streamed, "too-large")


def test_wide_json_costs_the_server_no_more_than_its_bytes(
    served: Served, client: httpx2.Client
) -> None:
    """Each pair of brackets is an object where it is read, and a problem of its own."""
    before = served.memory_mb()
    wide = b'{"students": [' + b"[]," * 200_000 + b"[]]}"
    answer = sent(client, wide, JSON)
    assert len(refused(answer, "bad-input")) == MOST_PROBLEMS
    assert "the first 10,000" in answer.json()["detail"]
    print(f"200,000 rows: {before:.0f} MB before, {served.memory_mb():.0f} MB after")
    assert served.memory_mb() - before < 100


# ---- JSON ----------------------------------------------------------------------------------------

DOORS = ("/v1/scenarios", "/v1/solve", "/v1/explain")


@pytest.mark.parametrize("depth", [50, 300, 480, 900, 3_000, 100_000])
def test_deep_json_is_refused(client: httpx2.Client, depth: int) -> None:
    for opened, closed in (("[", "]"), ('{"a":', "}")):
        deep = opened * depth + "1" * (opened != "[") + closed * depth
        for path in DOORS:
            body = deep if path == "/v1/scenarios" else f'{{"scenario": {{"students": {deep}}}}}'
            if path == "/v1/explain":
                body = body[:-1] + ', "question": "fairness"}'
            answer = client.post(path, content=body.encode(), headers={"Content-Type": JSON})
            refused(answer, "bad-input", "malformed")


def test_wrong_types_are_each_named(client: httpx2.Client) -> None:
    answer = client.post(
        "/v1/solve",
        json={"scenario": [], "seed": "x", "time_limit_s": -1, "target_gap": 2, "shoe": 9},
    )
    named = {problem["column"] for problem in refused(answer, "bad-input")}
    assert named == {"scenario", "seed", "time_limit_s", "target_gap", "shoe"}


@pytest.mark.parametrize("body", ["null", "[]", "1", '"x"', "true", "[[]]", "{}"])
def test_bodies_that_are_no_request_are_refused(client: httpx2.Client, body: str) -> None:
    for path in (*DOORS, "/v1/solutions/sol_0/explain", "/v1/solutions/sol_0/repairs"):
        answer = client.post(path, content=body, headers={"Content-Type": JSON})
        refused(answer, "bad-input")


@pytest.mark.parametrize(
    "body", ["", "{", "{]", '{"a": 1,}', "\x00", "{'a': 1}", "\ufeff{", '{"a": "\\ud8"}']
)
def test_bodies_that_are_no_json_are_refused(client: httpx2.Client, body: str) -> None:
    for path in DOORS:
        answer = client.post(path, content=body.encode(), headers={"Content-Type": JSON})
        refused(answer, "bad-input", "malformed")


def odd() -> list[Any]:
    """Values that JSON can hold and little else."""
    return [float("nan"), float("inf"), 10**400, -(10**400), "\ud800", "\x00", "x" * 300, [], {}]


def test_odd_values_are_refused_or_do_no_harm(client: httpx2.Client) -> None:
    for value in odd():
        for key in ("seed", "time_limit_s", "calendar", "kinds", "target_gap"):
            body = json.dumps({"scenario": SCENARIO, key: value})
            answer = client.post("/v1/solve", content=body, headers={"Content-Type": JSON})
            refused(answer, "bad-input", "malformed", "took-too-long")
        for key in ("person", "session"):
            body = json.dumps({"scenario": SCENARIO, "question": "why-not", key: value})
            answer = client.post("/v1/explain", content=body, headers={"Content-Type": JSON})
            refused(answer, "bad-input", "malformed", "no-answer")
        for row in ({"id": value}, {"id": "s1", "grade": value}, {"id": "s1", "name": value}):
            body = json.dumps(SCENARIO | {"students": [row]})
            answer = client.post("/v1/scenarios", content=body, headers={"Content-Type": JSON})
            refused(answer, "bad-input", "malformed")


def test_wrong_forms_are_refused(client: httpx2.Client) -> None:
    good = json.dumps({"scenario": SCENARIO})
    wrong = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", ZIP, "x")
    for form in wrong:
        for path in DOORS:
            answer = client.post(path, content=good, headers={"Content-Type": form})
            refused(answer, "unsupported-media-type")
    refused(sent(client, zipped(tiny()), JSON), "unsupported-media-type")
    packed = gzip.compress(good.encode())
    for path in DOORS:
        headers = {"Content-Type": JSON, "Content-Encoding": "gzip"}
        answer = client.post(path, content=packed, headers=headers)
        refused(answer, "malformed", "bad-input", "unsupported-media-type")


# ---- slow clients --------------------------------------------------------------------------------


class Slow(threading.Thread):
    """A client that begins with something, and goes on a byte at a time for as long as it may."""

    EVERY = 0.1
    MOST = 60.0

    def __init__(self, served: Served, begin: str, then: str) -> None:
        super().__init__(daemon=True)
        self._address = ("127.0.0.1", served.port)
        self._begin, self._then = begin, then
        self.answer = b""
        self.closed = False

    def run(self) -> None:
        with socket.create_connection(self._address, timeout=self.EVERY) as line:
            line.sendall(self._begin.encode())
            until = time.monotonic() + self.MOST
            while time.monotonic() < until:
                try:
                    line.sendall(self._then.encode())
                    got = line.recv(65_536)
                except TimeoutError:
                    continue
                except OSError:
                    self.closed = True
                    return
                self.answer += got
                if not got:
                    self.closed = True
                    return
                time.sleep(self.EVERY)


def test_slow_clients_are_shown_out(served: Served, client: httpx2.Client) -> None:
    token = client.headers["Authorization"]
    post = f"POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\nContent-Length: 9999\r\n"
    whole = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    slow = {
        "silent": Slow(served, "", ""),
        "headers": Slow(served, "GET /healthz HTTP/1.1\r\nHost: x\r\n", "X: y\r\n"),
        "second headers": Slow(served, whole + "GET /healthz HTTP/1.1\r\n", "X: y\r\n"),
        "nothing after an answer": Slow(served, whole, ""),
        "body": Slow(served, f"{post}Authorization: {token}\r\n\r\n{{", " "),
        "body of nobody": Slow(served, f"{post}\r\n{{", " "),
        "chunks": Slow(
            served,
            f"POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Type: {JSON}\r\n"
            f"Authorization: {token}\r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\n \r\n",
        ),
    }
    crowd = list(slow.values())
    crowd += [Slow(served, "POST /v1/solve HTTP/1.1\r\n", "X: y\r\n") for _ in range(60)]
    for one in crowd:
        one.start()
    for _ in range(5):
        assert client.get("/v1/rules").status_code == 200, "others are served meanwhile"
    for one in crowd:
        one.join()
    left = [name for name, one in slow.items() if not one.closed]
    assert not left
    assert all(one.closed for one in crowd)
    for name in ("body", "chunks"):
        assert b" 408 " in slow[name].answer.splitlines()[0], slow[name].answer
    assert b" 401 " in slow["body of nobody"].answer.splitlines()[0]


def test_what_is_no_http_is_refused(served: Served) -> None:
    for line in (
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * MB + b"\r\n\r\n",
        b"POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Length: 1e9\r\n\r\n",
        b"\x16\x03\x01" + bytes(500),
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as open_line:
            got = b""
            try:
                open_line.sendall(line)
                got = open_line.recv(1_000)
            except ConnectionError:
                continue
            assert got.startswith(b"HTTP/1.1 4") or not got, got
