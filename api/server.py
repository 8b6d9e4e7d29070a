"""The server around the app: one process, uvicorn, clients that dawdle shown out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.app import create_app

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

    from api.settings import Settings

DRAIN_SECONDS = 5
"""What requests get to end when the server stops."""

KEEP_ALIVE_SECONDS = 15


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=_patient(settings.header_seconds),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=settings.connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    # Uvicorn sends itself the signal again once it has stopped: by then all is done.
    signal.signal(signal.SIGTERM, _gone)
    with contextlib.suppress(KeyboardInterrupt):
        Server(config, app).run()


def _gone(_signal: int, _frame: object) -> None:
    sys.exit(0)


class Server(uvicorn.Server):
    """Tells those who follow jobs that it is going to stop: they would never leave."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        self._app.state.stopping.set()
        super().handle_exit(sig, frame)


def _patient(seconds: float) -> type[H11Protocol]:
    """A protocol that gives a client so long to send the lines before a body.

    Uvicorn's own timer of idle connections is put off by every byte that comes, so a client that
    sends one now and then, of the next request or of a body that nobody reads, could stay for ever.
    """

    class Patient(H11Protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait()

        def on_response_complete(self) -> None:
            self._wait()
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _wait(self) -> None:
            self._stop_waiting()
            self._timer = self.loop.call_later(seconds, self._late)

        def _stop_waiting(self) -> None:
            if self._timer is not None:
                self._timer.cancel()

        def _late(self) -> None:
            """Show out who has not asked for anything since they came, or since the last answer."""
            idle = self.cycle is None or self.cycle.response_complete
            if idle and not self.transport.is_closing():
                self.transport.close()

    found: Any = Patient
    return found  # type: ignore[no-any-return]
