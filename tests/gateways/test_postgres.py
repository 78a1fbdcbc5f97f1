"""The embedded server: its door, its life among several processes, what survives a kill, its databases."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from avenant.gateways import postgres_programs
from avenant.gateways.postgres import EmbeddedServer, default_folder, server_from_environment
from avenant.gateways.postgres_databases import DatabaseRefused, ExternalServer, without_password
from avenant.gateways.postgres_programs import ServerFailed, programs_for, server_user

START = "import sys, pathlib; from avenant.gateways.postgres import EmbeddedServer; "
START_AND_PRINT_PID = START + (
    "import psycopg; s = EmbeddedServer(pathlib.Path(sys.argv[1]), {'shared_buffers': '16MB'}); "
    "psycopg.connect(s.app_url('postgres')).close(); "
    "print((s.folder / 'postgres-18/data/postmaster.pid').read_text().split()[0])"
)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that the server's user may enter; pytest's own temporary folders are closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="avenant-server-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def embedded(home: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(home / "shared", {"shared_buffers": "16MB"})
    server.start()
    yield server
    server.stop()


def pid_of(server: EmbeddedServer) -> int:
    pid = server.process_id()
    assert pid is not None, "the server should run"
    return pid


def kill(server: EmbeddedServer) -> None:
    """`kill -9`, and wait until the operating system has done it."""
    os.kill(pid_of(server), signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def test_a_running_server_is_found_by_another_process(embedded: EmbeddedServer) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START_AND_PRINT_PID, str(embedded.folder)], capture_output=True, text=True
    )
    assert (done.stdout.strip(), done.stderr) == (str(pid_of(embedded)), "")


def test_two_processes_that_start_it_at_once_get_one_server(home: Path) -> None:
    command = [sys.executable, "-c", START_AND_PRINT_PID, str(home / "raced")]
    racers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    pids = [racer.communicate(timeout=60)[0].strip() for racer in racers]
    server = EmbeddedServer(home / "raced")
    try:
        assert pids == [str(pid_of(server))] * 2
        assert server.is_running(), "the server outlives the processes that started it"
    finally:
        server.stop()


def test_threads_that_start_it_at_once_get_one_server(home: Path) -> None:
    server = EmbeddedServer(home / "raced")
    try:
        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(lambda _: server.start() or pid_of(server), range(4)))) == 1
    finally:
        server.stop()


@pytest.mark.parametrize("role", ["postgres", "avenant_app", "avenant_reader"])
def test_nobody_enters_without_the_password(embedded: EmbeddedServer, role: str) -> None:
    url = without_password(embedded.admin_url("postgres")).replace("postgres@", f"{role}@")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url, password="postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_the_operating_system_user_of_the_server_needs_the_password_too(embedded: EmbeddedServer) -> None:
    user = server_user()
    done = subprocess.run(
        [
            str(embedded.psql()),
            without_password(embedded.admin_url("postgres")),
            "--no-password",
            "-c",
            "SELECT 1",
        ],
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.returncode != 0 and "no password supplied" in done.stderr


def test_it_listens_on_the_socket_only(embedded: EmbeddedServer) -> None:
    assert ask(embedded.admin_url("postgres"), "SHOW listen_addresses") == ""


def test_passwords_and_data_are_closed_to_others(embedded: EmbeddedServer) -> None:
    assert (embedded.folder / "passwords.json").stat().st_mode & 0o777 == 0o600
    assert (embedded.folder / "postgres-18").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("data_checksums", "on"),
        ("jit", "off"),
        ("work_mem", "64MB"),
        ("shared_buffers", "16MB"),
    ],
)
def test_the_settings_are_ours_and_overrides_count(
    embedded: EmbeddedServer, setting: str, value: str
) -> None:
    assert ask(embedded.admin_url("postgres"), f"SHOW {setting}") == value


def test_durability_cannot_be_switched_off(home: Path) -> None:
    with pytest.raises(ValueError, match="fsync"):
        EmbeddedServer(home / "careless", {"fsync": "off"})


def test_the_reader_cannot_write_and_the_owner_cannot_log_in(embedded: EmbeddedServer) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        ask(embedded.reader_url("postgres"), "CREATE TEMP TABLE t AS SELECT 1")
    query = "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'avenant_owner'"
    assert ask(embedded.admin_url("postgres"), query) is False


def test_what_was_committed_survives_a_kill_of_the_server(home: Path) -> None:
    server = EmbeddedServer(home / "killed", {"shared_buffers": "16MB"})
    server.create_database("kept")
    try:
        with psycopg.connect(server.admin_url("kept"), autocommit=True) as busy:
            busy.execute("CREATE TABLE entry AS SELECT 42 AS amount_cents")
            kill(server)
            assert ask(server.admin_url("kept"), "SELECT amount_cents FROM entry") == 42
        assert server.is_running()
    finally:
        server.stop()


def test_a_busy_process_of_a_killed_server_does_not_block_the_next_start(home: Path) -> None:
    server = EmbeddedServer(home / "killed", {"shared_buffers": "16MB"})
    url = server.admin_url("postgres")
    with ThreadPoolExecutor(1) as threads:
        query = "SELECT count(*) FROM generate_series(1, 10000000000)"
        busy = threads.submit(ask, url, query)
        while ask(url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%10000000000%'") != 2:
            time.sleep(0.02)
        kill(server)
        try:
            assert ask(server.admin_url("postgres"), "SELECT 1") == 1
        finally:
            server.stop()
        assert busy.exception() is not None


def test_a_process_file_left_by_a_reboot_does_not_stop_the_start(home: Path) -> None:
    server = EmbeddedServer(home / "killed", {"shared_buffers": "16MB"})
    server.start()
    process_file = server.folder / "postgres-18/data/postmaster.pid"
    left_behind = process_file.read_text().splitlines()
    server.stop()
    assert not server.is_running()
    process_file.write_text("\n".join([str(os.getpid()), *left_behind[1:], ""]))
    try:
        assert not server.is_running(), "the number belongs to this test now, not to a server"
        assert ask(server.app_url("postgres"), "SELECT 1") == 1
    finally:
        assert server.stop()
    assert not server.stop(), "stopping a stopped server says that it did not run"


def test_a_folder_with_a_long_path_gets_a_short_socket(home: Path) -> None:
    server = EmbeddedServer(home / "long" / ("x" * 100), {"shared_buffers": "16MB"})
    try:
        assert ask(server.app_url("postgres"), "SELECT 1") == 1
        folder = Path(str(ask(server.admin_url("postgres"), "SHOW unix_socket_directories")))
        assert folder.parent == Path("/tmp") and folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
    folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_a_folder_the_server_cannot_enter_is_refused_with_a_remedy(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServerFailed, match=r"cannot enter .* AVENANT_HOME"):
        EmbeddedServer(closed / "server").start()


def test_programs_the_server_cannot_reach_are_copied(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_programs.ServerUser, "can_reach", lambda *_: False)
    programs = programs_for(server_user(), copies=home / "programs")
    assert programs.path("postgres").is_relative_to(home)
    assert "18" in programs.run("postgres", "--version")
    assert "18" in programs.run("initdb", "--version")


def test_a_database_is_copied_from_a_template_replaced_and_dropped(embedded: EmbeddedServer) -> None:
    embedded.create_database("template_of_mine")
    with psycopg.connect(embedded.admin_url("template_of_mine")) as connection:
        connection.execute("CREATE TABLE told AS SELECT 'by the template' AS word")
    embedded.create_database("copied", template="template_of_mine")
    assert ask(embedded.admin_url("copied"), "SELECT word FROM told") == "by the template"
    with pytest.raises(DatabaseRefused, match="'copied' exists already"):
        embedded.create_database("copied")
    with psycopg.connect(embedded.admin_url("copied")):
        embedded.create_database("copied", drop_first=True)
    assert ask(embedded.admin_url("copied"), "SELECT to_regclass('told')") is None
    assert embedded.list_databases() == ["copied", "template_of_mine"]
    embedded.drop_database("copied")
    embedded.drop_database("copied")
    embedded.drop_database("template_of_mine")
    assert embedded.list_databases() == []


@pytest.mark.parametrize("name", ["postgres", "template1", "Book", "a b", 'x"; DROP', "", "1st", "x" * 64])
def test_a_name_that_is_not_ours_to_use_is_refused(embedded: EmbeddedServer, name: str) -> None:
    with pytest.raises(DatabaseRefused, match=r"Choose|use a-z"):
        embedded.drop_database(name)


def test_a_missing_template_is_named(embedded: EmbeddedServer) -> None:
    with pytest.raises(DatabaseRefused, match="no database 'nowhere'"):
        embedded.create_database("copied", template="nowhere")


def test_a_server_of_somebody_else_gets_roles_and_databases(embedded: EmbeddedServer) -> None:
    admin = embedded.admin_url("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS tenant")
        connection.execute("CREATE ROLE tenant LOGIN CREATEDB CREATEROLE PASSWORD 'secret'")
        connection.execute(
            "GRANT avenant_owner, avenant_app, avenant_reader, avenant_analyst TO tenant WITH INHERIT TRUE, SET TRUE"
        )
    host = admin.partition("?")[2]
    external = ExternalServer(f"postgresql://tenant:secret@/anything?{host}")
    external.ensure_roles()
    external.create_database("tenants_book")
    assert ask(external.app_url("tenants_book"), "SELECT current_user") == "tenant"
    assert "tenants_book" in external.list_databases()
    external.drop_database("tenants_book")


def test_a_user_who_may_not_make_roles_is_told_what_to_ask_for(home: Path) -> None:
    server = EmbeddedServer(home / "shared")
    with psycopg.connect(server.admin_url("postgres"), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'secret'")
    external = ExternalServer(f"postgresql://guest:secret@/x?{server.admin_url('x').partition('?')[2]}")
    with pytest.raises(DatabaseRefused, match="CREATE ROLE avenant_owner"):
        external.create_database("guests_book")


def test_the_environment_chooses_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:secret@db.example:5433/book?sslmode=require")
    server = server_from_environment()
    assert isinstance(server, ExternalServer) and server.database == "book"
    assert server.app_url("other") == "postgresql://me:secret@db.example:5433/other?sslmode=require"
    assert without_password(server.app_url("x")) == "postgresql://me@db.example:5433/x?sslmode=require"
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("AVENANT_HOME", str(tmp_path / "mine"))
    assert isinstance(server_from_environment(), EmbeddedServer)
    assert default_folder() == tmp_path / "mine"
    assert not (tmp_path / "mine").exists(), "choosing a server makes nothing"


def test_a_url_that_is_no_address_is_refused() -> None:
    with pytest.raises(DatabaseRefused, match="must look like postgresql://"):
        ExternalServer("mysql://localhost/x")


def test_the_socket_of_a_stopped_server_is_gone(home: Path) -> None:
    server = EmbeddedServer(home / "raced")
    server.start()
    server.stop()
    with socket.socket(socket.AF_UNIX) as probe:
        assert probe.connect_ex(str(server.folder / "postgres-18/.s.PGSQL.5432")) != 0
    assert server.status().running is False
