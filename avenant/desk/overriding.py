"""A night that may pass the breaker, in a process of its own: confirmed at the desk, reported on its request.

python -m avenant.desk.overriding 7     # the number of a confirmed request
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from avenant.flows.alerting import tell_news
from avenant.flows.keeping_checks import check_and_keep
from avenant.flows.nightly import run
from avenant.flows.runs import run_view
from avenant.gateways.alerts import NotDelivered
from avenant.store.database import Database

if TYPE_CHECKING:
    from avenant.desk.models import TwoPersonRequest

WORKERS = 2


def begin(request: TwoPersonRequest, book_url: str) -> None:
    """Start the process; it outlives the request that started it, and the desk."""
    environment = {**os.environ, "AVENANT_BOOK_URL": book_url, "DJANGO_SETTINGS_MODULE": "avenant.settings"}
    subprocess.Popen(
        [sys.executable, "-m", "avenant.desk.overriding", str(request.pk)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def carry_out(db: Database, request: TwoPersonRequest, workers: int = WORKERS) -> None:
    """Run the night of the run that was stopped, without the breaker; its request says what became of it."""
    from avenant.desk.two_persons import both_names

    try:
        stopped = run_view(db, int(request.what)).row
        report = run(db, stopped.business_date, workers, override_breaker=True, actor=both_names(request))
        request.state, request.outcome = "done", str(report.run_id)
    except Exception as error:
        request.state, request.outcome = "failed", str(error) or type(error).__name__
        raise
    finally:
        request.save(update_fields=["state", "outcome"])
    _check(db)


def _check(db: Database) -> None:
    """As every night ends: all checks, and whoever is to be told of what is new."""
    try:
        tell_news(check_and_keep(db, "nightly").kept)
    except (NotDelivered, ValueError) as failed:
        print(f"avenant: {failed}", file=sys.stderr)


def _main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from avenant.desk.models import TwoPersonRequest

    request = TwoPersonRequest.objects.get(pk=int(sys.argv[1]), kind="override", state="running")
    carry_out(Database(settings.BOOK_URL), request)


if __name__ == "__main__":
    _main()
