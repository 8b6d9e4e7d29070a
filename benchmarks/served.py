"""The service as a process of its own, on a database of its own: started, killed, asked."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from api.jobs import watch
from api.store import schema, tokens
from api.store.database import Database

if TYPE_CHECKING:
    from typing import Self

    from api.store.tokens import Role

ROOT = Path(__file__).parents[1]
TINY = ROOT / "fixtures" / "tiny"
SCHOOL = "riverside"
START_SECONDS = 120.0
STOP_SECONDS = 30.0


class Served:
    """A server process; ``settings`` are those of `api.settings`, by name.

    Parameters
    ----------
    folder : Path
        Where its database ``flexweave.db`` and its log ``server.log`` are.
    """

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.file = folder / "flexweave.db"
        self.log = folder / "server.log"
        self.port = _free_port()
        self._settings = {
            f"FLEXWEAVE_{name.upper()}": str(value)
            for name, value in (settings | {"database_url": self.url}).items()
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The database."""
        return f"sqlite:///{self.file}"

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the server itself."""
        assert self._process is not None
        return self._process.pid

    def token(self, role: Role = "coordinator", person: str = "", school: str = SCHOOL) -> str:
        """A new token, written by another process than the server, as the command does."""
        database = Database(self.url)
        schema.check(database)
        with database.writing() as session:
            text = tokens.create(session, role=role, person=person, schools=[school])
        database.close()
        return text

    def client(self, token: str, seconds: float = 60.0) -> httpx2.Client:
        """A client with a token."""
        bearer = {"Authorization": f"Bearer {token}"}
        return httpx2.Client(base_url=self.base, headers=bearer, timeout=seconds)

    def start(self) -> Self:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=os.environ | self._settings | {"PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_SECONDS
        while not self.ready():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)
        return self

    def ready(self) -> bool:
        """Whether it says that it is ready."""
        try:
            return httpx2.get(f"{self.base}/readyz", timeout=10).status_code == 200
        except httpx2.TransportError:
            return False

    def helpers(self) -> list[int]:
        """Its workers, and their solvers."""
        return [pid for pid in watch.family(self.pid) if pid != self.pid]

    def memory_mb(self) -> float:
        """Resident memory of the server process alone."""
        return watch.memory_mb([self.pid])

    def kill(self) -> list[int]:
        """``kill -9`` the server alone; the processes that it leaves behind."""
        left = self.helpers()
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()
        return left

    def stop(self) -> None:
        """Stop it as an operator does."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            watch.end(self.pid)
            self._process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def alive(pid: int) -> bool:
    """Whether a process still runs; one that ended and was not yet collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def zipped(folder: Path) -> bytes:
    """A folder of files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for file in sorted(folder.iterdir()):
            bundle.write(file, file.name)
    return out.getvalue()


def kept(client: httpx2.Client, folder: Path = TINY) -> str:
    """The id of a scenario that was sent from a folder."""
    sent = client.post(
        "/v1/scenarios", content=zipped(folder), headers={"Content-Type": "application/zip"}
    )
    sent.raise_for_status()
    return str(sent.json()["id"])
