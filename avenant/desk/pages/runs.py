"""Nightly, invoice and payout runs, one run with what it noted, and a parked family computed again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from avenant.core.wording.figures import DECIMAL, amount_text, day_text
from avenant.desk.charts import columns_of
from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.forms import one_of
from avenant.desk.roles import Permission
from avenant.desk.words import all_words, say
from avenant.flows.runs import NIGHTS_SHOWN, Night, NotParked, RunRow, UnknownRun, retry_parked, run_view
from avenant.flows.runs import runs as runs_found
from avenant.flows.work import work_list
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.rulebooks import NothingPublished
from avenant.store.writers.runs import RacesLost, Superseded

KINDS = ("nightly", "invoices", "payouts", "retry")
MOST_PARKED = 2_000
STATES = {"done": "done", "stopped": "stopped", "open": "wait", "dead": "bad"}
"""How the state of a run looks."""


@door(Permission.SEE_RUNS)
def runs(request: HttpRequest) -> HttpResponse:
    """Runs of a kind, newest first, and the last nights as charts."""
    desk = desk_of(request)
    kind = one_of(desk, request.GET.get("kind", ""), KINDS)
    found = runs_found(desk.db, kind or None, _before(request), rev=desk.rev)
    context = {
        "rows": [shown(row, desk) for row in found.rows],
        "before": found.before,
        "kind": kind,
        "kinds": [(one, say(desk.language, f"runs.kind_{one or 'all'}")) for one in ("", *KINDS)],
        "charts": night_charts(found.nights, desk) if kind in ("", "nightly") else [],
        "first": found.nights[0].business_date if found.nights else None,
        "last": found.nights[-1].business_date if found.nights else None,
    }
    return page(request, "runs/list.html", context)


@door(Permission.SEE_RUNS)
def run(request: HttpRequest, run: int) -> HttpResponse:
    """One run: its counts, its portions, the families it parked and the changes it held back."""
    desk = desk_of(request)
    try:
        view = run_view(desk.db, run, desk.rev)
    except UnknownRun as unknown:
        raise PageRefused(say(desk.language, "runs.unknown", run=run), status=404) from unknown
    waiting: set[str] = set()
    if any(noted.state == "parked" for noted in view.parking):
        listed = work_list(desk.db, "parked_family", per_page=MOST_PARKED, rev=desk.rev)
        waiting = {item.ref for item in listed.items}
    counts = [(name, value) for name, value in view.row.counts.items() if not isinstance(value, dict)]
    context = {
        "one": shown(view.row, desk),
        "view": view,
        "parking": [(noted, noted.state == "parked" and noted.family in waiting) for noted in view.parking],
        "counts": [(name.replace("_", " "), value) for name, value in counts if name != "why"],
    }
    return page(request, "runs/run.html", context)


@door(Permission.RETRY, changes=True)
def retry(request: HttpRequest) -> HttpResponse:
    """Compute the parked family ``family`` again; then back to where one came from, with what became of it."""
    desk = desk_of(request)
    family = request.POST.get("family", "").replace("\x00", "").strip()[:100]
    level, said = _retried(desk, family)
    if request.headers.get("HX-Request"):
        return page(request, "work/said.html", {"said": said, "level": level})
    getattr(messages, level)(request, said)
    back = request.POST.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if ours else reverse("runs"))


def _retried(desk: Desk, family: str) -> tuple[str, str]:
    """How it went (success, warning or error), and the sentence about it."""
    try:
        done = retry_parked(desk.db, family, desk.user.username)
    except NotParked:
        return "warning", say(desk.language, "runs.not_parked", family=family)
    except (UnknownRef, NothingPublished):
        return "error", say(desk.language, "runs.unknown_family", family=family or "?")
    except (RacesLost, Superseded):
        return "warning", say(desk.language, "runs.race")
    if done.reason is not None:
        return "warning", say(desk.language, "runs.still_parked", family=family, reason=done.reason)
    figures = {"charges": done.charges, "cancels": done.cancels}
    return "success", say(desk.language, "runs.retried", family=family, **figures)


def shown(row: RunRow, desk: Desk) -> dict[str, Any]:
    """A run with what pages say of it."""
    key = f"runs.one_{row.kind}"
    title = say(
        desk.language,
        key if key in all_words() else "runs.one_other",
        day=day_text(row.business_date, desk.language),
    )
    why = row.why or (say(desk.language, "runs.why_dead") if row.state == "dead" else "")
    return {
        "run": row,
        "title": title,
        "state": say(desk.language, f"runs.state_{row.state}"),
        "look": STATES[row.state],
        "why": why,
        "seconds": f"{row.seconds:.{1 if row.seconds < 100 else 0}f}".replace(".", DECIMAL[desk.language]),
    }


def night_charts(nights: Sequence[Night], desk: Desk) -> list[dict[str, Any]]:
    """The last nights as small charts with their sentence: rows, then one chart per currency."""
    if not nights:
        return []
    rows = [(night.booked, night.cancelled, _rows_title(night, desk)) for night in nights]
    chart = columns_of(rows, NIGHTS_SHOWN)
    figures = {"count": len(nights), "up": chart.most_up, "down": chart.most_down}
    charts = [{"chart": chart, "words": say(desk.language, "runs.rows_chart", **figures), "key": "rows"}]
    currencies = sorted({currency for night in nights for currency, _ in night.amounts})
    return charts + [_amount_chart(nights, currency, desk) for currency in currencies]


def _amount_chart(nights: Sequence[Night], currency: str, desk: Desk) -> dict[str, Any]:
    def money(cents: int) -> str:
        return amount_text(cents, currency, desk.language)

    moved = [dict(night.amounts).get(currency, 0) for night in nights]
    titles = [day_text(night.business_date, desk.language) for night in nights]
    chart = columns_of(
        [
            (max(cents, 0), max(-cents, 0), f"{day}: {money(cents)}")
            for cents, day in zip(moved, titles, strict=True)
        ],
        NIGHTS_SHOWN,
    )
    words = say(
        desk.language,
        "runs.amount_chart",
        count=len(nights),
        currency=currency,
        up=money(max(moved)),
        down=money(min(moved)),
    )
    return {"chart": chart, "words": words, "key": "amount"}


def _rows_title(night: Night, desk: Desk) -> str:
    day = day_text(night.business_date, desk.language)
    return say(desk.language, "runs.rows_title", day=day, booked=night.booked, cancelled=night.cancelled)


def _before(request: HttpRequest) -> int | None:
    typed = request.GET.get("before", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None


urlpatterns = [
    path("runs", runs, name="runs"),
    path("runs/<int:run>", run, name="run"),
    path("runs/retry", retry, name="retry"),
]
