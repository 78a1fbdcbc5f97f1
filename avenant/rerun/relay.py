"""The door to the database: a socket of a run's own, through which it reaches one database as one role.

A run has no network and does not see the server's socket. It speaks to this relay, which lets in only the role and
the database of the run, passes on only statements that read, notes the number of each backend (so that the parent can
end it at the deadline), and lets the server be anywhere. Nothing that the run says is trusted.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from avenant.rerun.statements import refusal

PORT: Final = 5432
"""Names the socket file, as PostgreSQL's clients expect it."""
_ENCRYPTION, _CANCEL, _VERSION_3 = (80_877_103, 80_877_104), 80_877_102, 3
_SAID_AT_START: Final = frozenset({"user", "database", "client_encoding", "application_name"})
_MOST_MESSAGE: Final = 32 * 2**20
_MOST_CONNECTIONS: Final = 8
_READ: Final = 65_536


class Hung(ConnectionError):
    """The other side ended the connection."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the server is and who may pass. address: a socket's path, or host and port."""

    address: str | tuple[str, int]
    user: str
    database: str


class Relay:
    """Listens in ``folder`` until it is closed. ``refused``: what it did not let pass, in words."""

    def __init__(self, door: Door, folder: Path) -> None:
        self.door, self.refused = door, list[str]()
        self.backends: list[int] = []
        self._open: list[socket.socket] = []
        self._closed = False
        self._count = 0
        self._listener = socket.socket(socket.AF_UNIX)
        path = folder / f".s.PGSQL.{PORT}"
        self._listener.bind(str(path))
        path.chmod(0o777)  # the folder above is closed to everybody; inside the sandbox another user connects
        self._listener.listen(_MOST_CONNECTIONS)
        self._begin(self._accept)

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._closed = True
        for each in [self._listener, *self._open]:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _begin(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._count += 1
            if self._count > _MOST_CONNECTIONS:
                self.refused.append(f"more than {_MOST_CONNECTIONS} connections to the database")
                client.close()
                continue
            self._open.append(client)
            self._begin(lambda client=client: self._serve(client))  # type: ignore[misc]

    def _serve(self, client: socket.socket) -> None:
        try:
            opening = self._opening(client)
            if opening is None:
                return
            server = self._server()
            self._open.append(server)
            server.sendall(opening)
            self._begin(lambda: self._answer(server, client))
            while True:
                self._pass_on(client, server)
        except OSError:
            client.close()

    def _opening(self, client: socket.socket) -> bytes | None:
        """The first message, if it is that of the right user for the right database."""
        while True:
            size, code = struct.unpack("!ii", _exactly(client, 8))
            if not 8 <= size <= 10_000:
                raise Hung
            body = _exactly(client, size - 8)
            if code in _ENCRYPTION:
                client.sendall(b"N")
                continue
            wrong = "cancelling other requests" if code == _CANCEL else self._wrong(code, body)
            if wrong is not None:
                self._refuse(client, wrong)
                return None
            return struct.pack("!ii", size, code) + body

    def _wrong(self, code: int, body: bytes) -> str | None:
        if code >> 16 != _VERSION_3:
            return "another protocol than that of the database"
        words = [word.decode("utf-8", "replace") for word in body.split(b"\0")]
        said = dict(zip(words[0::2], words[1::2], strict=False))
        said.pop("", None)
        return self._stranger(said)

    def _stranger(self, said: Mapping[str, str]) -> str | None:
        if said.get("user") != self.door.user:
            return f"entering the database as {said.get('user', '?')[:60]!r}"
        if said.get("database", said["user"]) != self.door.database:
            return "entering another database"
        strange = sorted(name for name in said if name not in _SAID_AT_START and not name.startswith("_pq_."))
        return f"setting {', '.join(strange)[:100]} at the start" if strange else None

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """One message of the run: refused by an error of the database's own kind, or sent on."""
        head = _exactly(client, 5)
        kind, size = head[:1], struct.unpack("!i", head[1:])[0]
        if not 4 <= size <= _MOST_MESSAGE:
            raise Hung
        body = _exactly(client, size - 4)
        why = self._judge(kind, body)
        if why is not None:
            self._refuse(client, why)
            server.close()
            raise Hung
        server.sendall(head + body)

    def _judge(self, kind: bytes, body: bytes) -> str | None:
        if kind == b"F":
            return "calling a function by number"
        if kind not in (b"Q", b"P"):
            return None
        name, _, rest = body.partition(b"\0")
        text = (name if kind == b"Q" else rest.partition(b"\0")[0]).decode("utf-8", "replace")
        why = refusal(text)
        return None if why is None else f"a statement: {why}"

    def _refuse(self, client: socket.socket, why: str) -> None:
        self.refused.append(why)
        told = b"SFATAL\0VFATAL\0C42501\0M" + f"a re-run may not do this: {why}".encode() + b"\0\0"
        with suppress(OSError):
            client.sendall(b"E" + struct.pack("!i", len(told) + 4) + told)
        client.close()

    def _server(self) -> socket.socket:
        address = self.door.address
        if isinstance(address, tuple):
            return socket.create_connection(address, timeout=None)
        server = socket.socket(socket.AF_UNIX)
        server.connect(address)
        return server

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        """All that the server says; of its first messages the number of the backend is noted."""
        with suppress(OSError):
            while (head := _exactly(server, 5))[:1] != b"Z":
                body = _exactly(server, struct.unpack("!i", head[1:])[0] - 4)
                if head[:1] == b"K":
                    self.backends.append(struct.unpack("!i", body[:4])[0])
                client.sendall(head + body)
            client.sendall(head)
            while said := server.recv(_READ):
                client.sendall(said)
        client.close()


def _exactly(source: socket.socket, size: int) -> bytes:
    """The next ``size`` bytes. Errors: Hung when there are fewer."""
    parts, missing = [], size
    while missing:
        part = source.recv(min(missing, _READ))
        if not part:
            raise Hung
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
