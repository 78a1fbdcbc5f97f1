"""A PostgreSQL for the tests: one server for all workers of a run, a fresh database for each test that asks.

Without DATABASE_URL an embedded server is made in a folder of its own and gone at the end. Setting
AVENANT_TEST_HOME to a folder keeps the server there between runs, which saves about two seconds.
"""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

# As in all our processes; before Polars is imported. Several workers share the cores already.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from avenant.gateways.postgres import EmbeddedServer, ExternalServer

if TYPE_CHECKING:
    from avenant.store.database import Database

HOME, MADE_HERE = "AVENANT_TEST_HOME", "AVENANT_TEST_HOME_IS_TEMPORARY"
TEST_SETTINGS = {
    "shared_buffers": "64MB",
    "autovacuum_naptime": "1h",
    "max_prepared_transactions": "2",  # so that the store itself has to refuse them
}


@dataclass(frozen=True, slots=True)
class Scratch:
    """A migrated, empty database of one test: `url` for the application, `admin_url` for the superuser."""

    server: EmbeddedServer | ExternalServer
    name: str
    url: str
    admin_url: str


def folder_for_servers() -> Path:
    """Memory where there is plenty of it, since hundreds of scratch databases wait for the disk; else /tmp."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30:
        return memory
    return Path(tempfile.gettempdir())


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder before any worker starts: workers inherit the environment of the first process."""
    if is_worker(config) or os.environ.get(HOME):
        return
    where = folder_for_servers()
    for left_behind in where.glob("avenant-tests-*-*"):
        if not psutil.pid_exists(int(left_behind.name.split("-")[2])):
            remove(left_behind)
    folder = Path(tempfile.mkdtemp(prefix=f"avenant-tests-{os.getpid()}-", dir=where))
    folder.chmod(0o711)  # as root, the server runs as another user, who must pass through
    os.environ.update({HOME: str(folder), MADE_HERE: str(os.getpid())})


def pytest_unconfigure(config: pytest.Config) -> None:
    """At the very end, when every worker is done, stop the server and remove its folder."""
    if is_worker(config) or os.environ.get(MADE_HERE) != str(os.getpid()):
        return
    del os.environ[MADE_HERE]
    remove(Path(os.environ.pop(HOME)))


def remove(folder: Path) -> None:
    """Stop the server of a test run and remove its folder; also of a run that was killed before it could."""
    EmbeddedServer(folder / "server").stop()
    shutil.rmtree(folder, ignore_errors=True)


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.fixture(scope="session")
def server() -> EmbeddedServer | ExternalServer:
    """The server of DATABASE_URL, or an embedded one that all workers of this run share."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return ExternalServer(url)
    embedded = EmbeddedServer(Path(os.environ[HOME]) / "server", TEST_SETTINGS)
    embedded.start()
    return embedded


@pytest.fixture(scope="session")
def template(server: EmbeddedServer | ExternalServer) -> str:
    """The name of the migrated, empty database that scratch databases are copies of; made once for all."""
    from avenant.store.setup import create_template

    with one_worker_at_a_time():
        return create_template(server)


@pytest.fixture
def fresh_database(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Callable[[], Scratch]]:
    """Make as many scratch databases as a test needs; all are dropped afterwards."""
    made: list[Scratch] = []

    def make() -> Scratch:
        name = f"scratch_{uuid.uuid4().hex[:12]}"
        server.create_database(name, template=template)
        made.append(Scratch(server, name, server.app_url(name), server.admin_url(name)))
        return made[-1]

    yield make
    for scratch in made:
        server.drop_database(scratch.name)


@pytest.fixture
def scratch(fresh_database: Callable[[], Scratch]) -> Scratch:
    """One scratch database: migrated, without a book, dropped after the test."""
    return fresh_database()


@pytest.fixture
def new_book(server: EmbeddedServer | ExternalServer, template: str) -> Iterator[Callable[..., "Database"]]:
    """Make as many empty books as a test needs (one and its undisturbed twin); all are dropped afterwards.

    `new_book(opens=date(2024, 1, 1))` has a simulated clock unless `clock="real"` is passed.
    """
    from avenant.store.setup import create_book

    made: list[str] = []

    def make(opens: date, **choices: object) -> "Database":
        made.append(f"book_{uuid.uuid4().hex[:12]}")
        return create_book(server, made[-1], opens=opens, **{"clock": "simulated", **choices})

    yield make
    for name in made:
        server.drop_database(name)


@contextmanager
def one_worker_at_a_time() -> Iterator[None]:
    with (Path(os.environ[HOME]) / "tests.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
