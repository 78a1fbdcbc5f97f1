"""`avenant serve`: the desk, on the web."""

from __future__ import annotations

import os
import secrets
import sys
from threading import Event, Thread
from typing import Any

import typer

from avenant.commands.choose_database import DATABASE, chosen_database, refusals_told

app = typer.Typer(add_completion=False)
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
WORKERS = typer.Option(2, min=1, max=64, help="Processes that answer.")
POLARS_THREADS = "1"
"""The frames of one page are small: handing them to threads costs more than it gives. Read when Polars is loaded."""
POLARS_ENGINE = "in-memory"
"""The same goes for reading them in stretches, which is what Polars would choose."""
THREADS = typer.Option(4, min=1, max=64, help="Requests that one process answers at once.")


@app.command()
def serve(
    bind: str = typer.Option("127.0.0.1:8000", help="Address and port to listen on."),
    demo: bool = typer.Option(False, "--demo", help="A simulated book, on this machine alone, without TLS."),
    workers: int = WORKERS,
    threads: int = THREADS,
    database: str = DATABASE,
) -> None:
    """Serve the desk: care events, cover and billing, cases, runs, for every role.

    In earnest it needs AVENANT_SECRET_KEY and AVENANT_HOSTS, TLS in front (docs/how-to/deploy.md), and a book with
    the real clock. With --demo it serves a simulated book to this machine alone.

    Example: avenant serve --demo --database avenant_demo

    Exit codes: 0 stopped · 1 the server failed · 2 refused: a simulated book in earnest, a real one as a demo,
    or settings that are missing.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", POLARS_THREADS)
    os.environ.setdefault("POLARS_ENGINE_AFFINITY", POLARS_ENGINE)
    with refusals_told(database):
        db = chosen_database(database)
        _refuse(db.settings().clock, demo, bind)
    os.environ["AVENANT_BOOK_URL"] = db.url
    os.environ["DJANGO_SETTINGS_MODULE"] = "avenant.settings"
    os.environ.setdefault("AVENANT_SECRET_KEY", secrets.token_urlsafe(48))
    if demo:
        os.environ["AVENANT_DEMO"] = "1"
        typer.echo(f"avenant: the desk is at http://{bind}/ (Ctrl-C stops it)", err=True)
    run(bind, workers, threads)


def _refuse(clock: str, demo: bool, bind: str) -> None:
    if demo and clock != "simulated":
        raise ValueError(
            "this book has the real clock and may hold real people: serve it without --demo (docs/how-to/deploy.md)"
        )
    if demo and bind.rpartition(":")[0] not in LOOPBACK:
        raise ValueError(f"--demo serves this machine alone, without TLS; {bind!r} is reached by others")
    if demo:
        return
    if clock != "real":
        raise ValueError("this book has a simulated clock and nothing in it is real: serve it with --demo")
    missing = [name for name in ("AVENANT_SECRET_KEY", "AVENANT_HOSTS") if not os.environ.get(name)]
    if missing:
        raise ValueError(
            f"{' and '.join(missing)} must be set in the environment: docs/how-to/deploy.md says how"
        )
    if len(os.environ["AVENANT_SECRET_KEY"]) < 50:
        raise ValueError(
            "AVENANT_SECRET_KEY is too short: use 50 characters or more, as `openssl rand -base64 48` gives"
        )


def run(bind: str, workers: int, threads: int) -> None:
    """Answer requests with gunicorn until a signal stops it."""
    from gunicorn.app.base import BaseApplication

    from avenant.desk.one_processor import staying

    class Desk(BaseApplication):
        """The desk under gunicorn; logs are our own lines of JSON."""

        def load_config(self) -> None:
            """Threads, because pages wait for the database."""
            for name, value in {
                "bind": bind,
                "workers": workers,
                "threads": threads,
                "worker_class": "gthread",
                "timeout": 60,
                "graceful_timeout": 10,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "limit_request_line": 8_190,
                "loglevel": "warning",
                "pre_fork": _placed,
                "post_fork": _kept_in_place,
                "forwarded_allow_ips": os.environ.get("AVENANT_PROXY_IPS", "127.0.0.1"),
            }.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            """The WSGI application; beside it, results of re-runs are removed as they expire."""
            from avenant.flows.reruns.keeping import remove_expired
            from avenant.settings.wsgi import application

            Thread(target=remove_expired, args=[Event()], daemon=True, name="expiring").start()
            return staying(application)

    sys.argv = ["avenant"]
    Desk().run()


def _placed(server: Any, worker: Any) -> None:
    """Give a worker that is about to start the processor on which the fewest others stay."""
    from avenant.desk.one_processor import least_taken, processors

    worker.processor = least_taken(processors(), [other.processor for other in server.WORKERS.values()])


def _kept_in_place(server: Any, worker: Any) -> None:
    from avenant.desk.one_processor import stay_on

    stay_on(worker.processor)
