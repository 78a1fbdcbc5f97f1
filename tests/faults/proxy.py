"""A proxy on a Unix socket between the program and PostgreSQL, which cuts a connection at a chosen moment.

with CommitCutter(socket_of(book), folder, strike_at=3, strike=Strike.ANSWER_LOST) as cutter:
    nightly.run(cutter.book(book), ...)      # the third COMMIT is done, and nobody hears of it
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from avenant.store.database import Database

PORT = 5432
BYTES = 1 << 16
COMMIT, COMMITTED = b"COMMIT\0", b"COMMIT\0"


def socket_of(book: Database) -> Path:
    """The socket of the embedded server that a book is on."""
    return Path(parse_qs(urlsplit(book.url).query)["host"][0]) / f".s.PGSQL.{PORT}"


class Strike(Enum):
    """What happens to the connection when its COMMIT has been forwarded."""

    ANSWER_LOST = "the server has committed, its answer never arrives"
    CUT_AT_ONCE = "both sides are cut while the server commits"
    SERVER_KILLED = "the server is killed while it commits"


@dataclass(slots=True)
class CommitCutter:
    """Forwards everything, counts COMMITs over all connections, and strikes at one of them.

    With ``at`` empty it counts every message of the program instead.
    """

    server_socket: Path
    folder: Path
    strike_at: int
    strike: Strike
    kill: Callable[[], None] | None = None
    at: bytes = COMMIT
    commits: int = 0
    struck: bool = False
    _listener: socket.socket = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: list[socket.socket] = field(default_factory=list)

    def book(self, book: Database) -> Database:
        """The same database, reached through this proxy."""
        parts = urlsplit(book.url)
        return Database(
            urlunsplit(parts._replace(query=f"host={quote(str(self.folder), safe='')}&port={PORT}"))
        )

    def __enter__(self) -> "CommitCutter":
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / f".s.PGSQL.{PORT}"))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(self._listener, *self._open)
        (self.folder / f".s.PGSQL.{PORT}").unlink()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(str(self.server_socket))
                except OSError:
                    self.close(client, server)
                    continue
                self._open += [client, server]
                _Connection(self, client, server).start()

    def is_its_turn(self) -> bool:
        """Count one COMMIT; whether this is the one to strike."""
        with self._lock:
            self.commits += 1
            self.struck = self.struck or self.commits == self.strike_at
            return self.commits == self.strike_at

    def close(self, *sockets: socket.socket) -> None:
        """Cut these connections."""
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@dataclass(slots=True)
class _Connection:
    proxy: CommitCutter
    client: socket.socket
    server: socket.socket
    answer_is_lost: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for pump in (self._to_server, self._to_client):
            threading.Thread(target=pump, daemon=True).start()

    def _to_server(self) -> None:
        with suppress(OSError):
            while data := self.client.recv(BYTES):
                strikes = self.proxy.at in data and self.proxy.is_its_turn()
                if strikes and self.proxy.strike is Strike.ANSWER_LOST:
                    self.answer_is_lost.set()
                self.server.sendall(data)
                if strikes:
                    self._strike()
        if not self.answer_is_lost.is_set():
            self.proxy.close(self.client, self.server)

    def _strike(self) -> None:
        if self.proxy.strike is Strike.CUT_AT_ONCE:
            self.proxy.close(self.client, self.server)
        elif self.proxy.kill is not None and self.proxy.strike is Strike.SERVER_KILLED:
            self.proxy.kill()

    def _to_client(self) -> None:
        with suppress(OSError):
            while data := self.server.recv(BYTES):
                if not self.answer_is_lost.is_set():
                    self.client.sendall(data)
                elif COMMITTED in data:
                    break
        self.proxy.close(self.client, self.server)
