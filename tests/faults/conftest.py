"""Books for the fault tests, on the shared server or on one that a test may kill."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from avenant.gateways.postgres import EmbeddedServer, ExternalServer
from tests.faults.scenarios import Stage
from tests.faults.servers import bring_back

SMALL_SERVER = {"shared_buffers": "32MB", "max_wal_size": "64MB", "min_wal_size": "32MB"}


@pytest.fixture
def stage(server: EmbeddedServer | ExternalServer) -> Iterator[Stage]:
    """Books on the server that all tests share; dropped after the test."""
    made = Stage(server)
    yield made
    made.clear()


@pytest.fixture(scope="module")
def own_server() -> Iterator[EmbeddedServer]:
    """A server of this module alone, which may be killed."""
    beside = Path(os.environ["AVENANT_TEST_HOME"]).parent
    folder = Path(tempfile.mkdtemp(prefix=f"avenant-tests-{os.getpid()}-", dir=beside))
    folder.chmod(0o711)
    made = EmbeddedServer(folder / "server", SMALL_SERVER)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_stage(own_server: EmbeddedServer) -> Iterator[Stage]:
    """Books on that server; it is started again where the test left it dead."""
    made = Stage(own_server, may_crash=True)
    yield made
    bring_back(own_server)
    made.clear()


@pytest.fixture
def socket_folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="avenant-proxy-", dir="/tmp") as folder:
        yield Path(folder)
