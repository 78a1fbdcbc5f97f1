"""Ways out of a re-run, replaced by recorders that fail closed: what would have left is told, and nothing leaves.

Alerts go out by Apprise: what a run finds under that name takes every address and, told to send, records and refuses.
Whatever else leaves a process (mail, a sign-in, any request, any socket but the database's, a program that is
started) is heard by an audit hook, which Python code cannot remove: it records and refuses too. The sandbox around
has no network in any case; this is what says so in the result:

    ["outgoing", 7, "alert", {"kinds": {"type": "str", "value": "slack"}, "title": …}]    call, way, what

Of addresses only kind, port and (masked) host are told, of programs the name: the rest may hold secrets.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

from avenant.rerun.recording import Emit, Recorder
from avenant.rerun.snapshots import Snapshotter

MOST_TOLD: Final = 100
ALERTS: Final = "apprise"
"""The library by which alerts go out."""
Told = Mapping[str, object]


class NothingLeaves(PermissionError):
    """Code in a re-run wanted to send something: it was recorded, and not sent."""


@dataclass(slots=True)
class Outgoing:
    """The recorder of what wants to leave. database: the one socket to which a run may connect."""

    database: str
    _emit: Emit | None = None
    _snapshotter: Snapshotter | None = None
    _recorder: Recorder | None = None
    _told: int = 0

    def stand_in(self) -> None:
        """Take the place of all ways out of this process, for as long as it lives."""
        sys.modules[ALERTS] = _alerts(self)
        sys.addaudithook(self._heard)

    def told_to(self, emit: Emit, snapshotter: Snapshotter) -> None:
        """From now on attempts are told to ``emit``, masked as ``snapshotter`` does."""
        self._emit, self._snapshotter = emit, snapshotter

    @contextmanager
    def within(self, recorder: Recorder) -> Iterator[None]:
        """Attempts of this block belong to the calls that ``recorder`` tells."""
        self._recorder = recorder
        try:
            yield
        finally:
            self._recorder = None

    def refuse(self, way: str, what: Told) -> None:
        """Record an attempt, and raise. Errors: NothingLeaves, always."""
        if self._emit is not None and self._snapshotter is not None and self._told < MOST_TOLD:
            self._told += 1
            of = self._snapshotter.of
            told = {name: of(name, value) for name, value in what.items()}
            self._emit(["outgoing", None if self._recorder is None else self._recorder.current(), way, told])
        raise NothingLeaves("nothing leaves a re-run: this was recorded instead of being sent")

    def _heard(self, event: str, given: tuple[Any, ...]) -> None:
        """The audit hook: called for everything that the interpreter reports, whoever does it."""
        found = _WAYS.get(event)
        if found is not None and not (event == "socket.connect" and given[1] == self.database):
            way, described = found
            what: Told = {}
            with suppress(Exception):
                what = described(*given)
            self.refuse(way, what)


def _alerts(outgoing: Outgoing) -> ModuleType:
    """A module in the place of Apprise."""

    class Apprise:
        """Takes addresses, keeps their kinds, and sends nothing."""

        def __init__(self, urls: object = (), *others: object, **named: object) -> None:
            self._kinds: list[str] = []
            self.add(urls)

        def add(self, urls: object, *others: object, **named: object) -> bool:
            """As if every address were understood."""
            each = urls if isinstance(urls, list | tuple) else [urls]
            self._kinds += [urlsplit(one).scheme for one in each if type(one) is str]
            return True

        def notify(self, body: object = "", title: object = "", *others: object, **named: object) -> bool:
            """Recorded, refused."""
            outgoing.refuse("alert", {"kinds": " ".join(self._kinds), "title": title, "body": body})
            return False

        async def async_notify(self, *given: object, **named: object) -> bool:
            """Recorded, refused."""
            return self.notify(*given, **named)

    module = ModuleType(ALERTS, "Stands in for Apprise in a re-run.")
    formats = SimpleNamespace(TEXT="text", HTML="html", MARKDOWN="markdown")
    module.__dict__.update(Apprise=Apprise, NotifyFormat=formats)
    return module


def _to_address(connection: object, address: object, *rest: object) -> Told:
    if type(address) is tuple and len(address) >= 2:
        return {"host": address[0], "port": address[1]}
    return {"host": address}


def _to_host(connection: object, host: object, port: object = None, *rest: object) -> Told:
    return {"host": host, "port": port}


def _by_name(host: object, port: object = None, *rest: object) -> Told:
    return {"host": host, "port": port}


def _to_url(url: object, *rest: object) -> Told:
    parts = urlsplit(url) if type(url) is str else urlsplit("")
    return {"kind": parts.scheme, "host": parts.hostname, "port": parts.port}


def _program(named: object, *rest: object) -> Told:
    text = named.decode("utf-8", "replace") if type(named) is bytes else named
    first = text.split()[0] if type(text) is str and text.split() else ""
    return {"program": first.rpartition("/")[2]}


_WAYS: Final[dict[str, tuple[str, Callable[..., Told]]]] = {
    "smtplib.connect": ("mail", _to_host),
    "smtplib.send": ("mail", lambda *given: {}),
    "http.client.connect": ("request", _to_host),
    "urllib.Request": ("request", _to_url),
    "ftplib.connect": ("request", _to_host),
    "imaplib.open": ("request", _to_host),
    "poplib.connect": ("request", _to_host),
    "webbrowser.open": ("request", _to_url),
    "socket.connect": ("connection", _to_address),
    "socket.sendto": ("connection", _to_address),
    "socket.sendmsg": ("connection", _to_address),
    "socket.getaddrinfo": ("connection", _by_name),
    "socket.gethostbyname": ("connection", _by_name),
    "socket.gethostbyaddr": ("connection", _by_name),
    "subprocess.Popen": ("program", _program),
    "os.system": ("program", _program),
    "os.exec": ("program", _program),
    "os.posix_spawn": ("program", _program),
}
"""What the interpreter reports that leaves a process: its name -> the way, and what may be told of it."""
