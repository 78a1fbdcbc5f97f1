"""The preview of some news: what it would change if it were learnt now and the nightly run followed.

    seen = previewed(db, news, date(2026, 3, 14))
    seen.premiums.filter("because")      # before → after, for each month that the news moves
    saved(db, news, "operations", "left in January", seen.rev)      # in `flows.saving`

Nothing is written: the news is learnt in a transaction that is always rolled back, and the nightly run's own
recompute reads the families it concerns inside that transaction (docs/decisions/0040).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl
import psycopg

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.book.restating import against
from avenant.core.frames.news import News
from avenant.core.importing.problem import Problem
from avenant.core.rulebook.model import Rulebook
from avenant.flows.code_version import code_version
from avenant.flows.learn import NewsRefused
from avenant.flows.nightly_chunk import NOBODY, Computed, RunContext, Task, compute, nothing_to_write
from avenant.flows.preview_adjustments import adjustments
from avenant.flows.trying_news import tried
from avenant.store.database import Connection, Database
from avenant.store.readers.checking import exported
from avenant.store.readers.facts import Families
from avenant.store.readers.naming import all_with_refs
from avenant.store.readers.resting import at_rest
from avenant.store.readers.rulebooks import published_version, published_version_name
from avenant.store.readers.runs import family_refs
from avenant.store.trying import Inside, never_committed
from avenant.store.writers.runs import OpenRun

ATTEMPTS = 5
OVERTAKEN = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)


@dataclass(frozen=True, slots=True)
class FactsPreview:
    """What some news would change. Amounts in cents; ``rev``: the revision that was seen, a token for saving.

    ``problems``: why the news is refused; everything else is empty then. ``facts``: rows to be learnt per table
    (none: all of it is known). ``families``: the heads of the families that were recomputed.

    ``premiums``, ``reimbursements``: one row per key that the run would write, or would have written without the
    news: ids and refs, ``before_…`` and ``after_…`` for each value of the book, ``anyway_amount_cents``: what the
    run would book without the news; ``written``: whether the run writes the key; ``because``: whether the news
    makes a difference. ``adjustments``: contract_ref, family_ref, currency, month, before_cents, anyway_cents,
    after_cents: what is not invoiced yet; ``invoiced``: the contract had an invoice of that month or a later one.
    ``waiting``: line_ref, member_ref, act_code, state (waiting, released), reason, candidates. ``parking``:
    family_ref, state (parked, released), reason. ``held``: contract_ref, member_ref, first_month, last_month,
    months (0: no longer held), difference_cents. The last three carry ``because``, too.
    """

    rev: int
    business_date: date
    problems: tuple[Problem, ...] = ()
    facts: Mapping[str, int] = field(default_factory=dict)
    families: tuple[str, ...] = ()
    premiums: pl.DataFrame = field(default_factory=pl.DataFrame)
    reimbursements: pl.DataFrame = field(default_factory=pl.DataFrame)
    adjustments: pl.DataFrame = field(default_factory=pl.DataFrame)
    waiting: pl.DataFrame = field(default_factory=pl.DataFrame)
    parking: pl.DataFrame = field(default_factory=pl.DataFrame)
    held: pl.DataFrame = field(default_factory=pl.DataFrame)


def previewed(db: Database, news: News, business_date: date) -> FactsPreview:
    """What ``news`` would change if it were learnt now and the nightly run of ``business_date`` followed.

    Equal, row for row, to what `learn` and `nightly.run` then write about the families concerned.
    Errors: NothingPublished; FamiliesRaise; psycopg errors after five lost races with other writers.
    """
    for attempt in range(ATTEMPTS):
        try:
            with never_committed(db) as connection:
                return _previewed(db, connection, news, business_date)
        except OVERTAKEN:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _previewed(db: Database, connection: Connection, news: News, business_date: date) -> FactsPreview:
    rev, snapshot = exported(connection)
    settings, (version, rulebook) = db.settings(), _rulebook(connection, db.url)
    horizon, turn = business_date.replace(day=1), business_date.day % 28
    run = OpenRun(0, "preview", "preview", version)
    context = RunContext(db, run, version, settings, business_date, horizon, turn)
    try:
        with tried(connection, news, rulebook, settings.opens) as trial:
            inside = replace(context, db=Inside(db.url, connection))
            learnt = _recomputed(inside, trial.families, None, rev)
            resting = at_rest(connection, trial.families, version, code_version(), horizon)
            anyway = _recomputed(context, [] if resting else trial.families, snapshot, rev)
            return FactsPreview(
                rev=rev,
                business_date=business_date,
                facts=trial.facts,
                families=tuple(sorted(family_refs(connection, trial.families).values())),
                **_told(connection, learnt, anyway, trial.families),
            )
    except NewsRefused as refused:
        return FactsPreview(rev, business_date, tuple(refused.problems))


_rulebooks: dict[tuple[str, str], Rulebook] = {}


def _rulebook(connection: Connection, url: str) -> tuple[str, Rulebook]:
    """The rulebook in force, kept for the next preview: a version never changes."""
    version = published_version_name(connection)
    if (url, version) not in _rulebooks:
        read = published_version(connection, version).rulebook
        _rulebooks.clear()
        _rulebooks[url, version] = read
    return version, _rulebooks[url, version]


def _recomputed(context: RunContext, families: list[int], snapshot: str | None, rev: int) -> Computed:
    """What a nightly run would write about ``families``; nothing before the book opens."""
    if not families or context.horizon < context.settings.opens:
        return Computed(0, rev, nothing_to_write(), NOBODY)
    return compute(context, Task(0, Families(ids=tuple(families)), None, snapshot, rev))


def _told(connection: Connection, learnt: Computed, anyway: Computed, families: list[int]) -> dict[str, Any]:
    premiums, reimbursements = (
        against(book, learnt.tables[book.table], anyway.tables[book.table])
        for book in (PREMIUMS, REIMBURSEMENTS)
    )
    member = pl.coalesce("after_member_id", "before_member_id")
    told = {
        "premiums": premiums,
        "reimbursements": reimbursements.with_columns(member_id=member),
        "adjustments": adjustments(connection, families, learnt, anyway),
        "waiting": _noted("waiting", learnt, anyway),
        "parking": _noted("parking", learnt, anyway),
        "held": _noted("held", learnt, anyway).drop("fingerprint"),
    }
    return dict(all_with_refs(connection, told))


def _noted(table: str, learnt: Computed, anyway: Computed) -> pl.DataFrame:
    """The rows that the run would note, and whether they are because of the news."""
    rows, others = learnt.tables[table], anyway.tables[table]
    if others.is_empty():
        return rows.with_columns(because=pl.lit(True))
    same = others.unique().with_columns(because=pl.lit(False))
    noted = rows.join(same, on=rows.columns, how="left", nulls_equal=True, maintain_order="left")
    return noted.with_columns(pl.col("because").fill_null(True))
