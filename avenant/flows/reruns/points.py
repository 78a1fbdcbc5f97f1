"""The moment of a re-run: the decision's own, or any known one, with the run's business date and rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from avenant.flows.reruns.asked import Point, Subject
from avenant.store.database import Connection
from avenant.store.readers.known import array
from avenant.store.readers.reruns import Decision, decisions_about, latest_nightly, opened_at
from avenant.store.readers.rulebooks import NothingPublished, published_version

RUN_KINDS = {"invoice": ("invoices",), "payout": ("payouts",)}


class NoDecision(LookupError):
    """Nothing was decided about the subject as of that moment."""


def own_point(connection: Connection, subject: Subject, rev: int | None = None) -> Point:
    """The moment of the subject's latest decision known at ``rev``. Errors: NoDecision."""
    found = decisions_about(connection, written_about(subject), kinds_of(subject), rev)
    if not found:
        when = "yet" if rev is None else "at that moment"
        raise NoDecision(
            f"no run had decided anything about {subject.kind} {subject.ref} {when}: "
            "run it with what is known instead"
        )
    return point_of(connection, subject, found[0])


def point_of(connection: Connection, subject: Subject, decision: Decision) -> Point:
    """What the run of ``decision`` knew: facts and book for a nightly run; what was open for a settlement."""
    options = decision.options
    facts = decision.read_rev
    if subject.kind in RUN_KINDS:
        facts = opened_at(connection, decision.run_id) - 1
    return Point(
        facts=facts,
        book=decision.rev,
        rulebook_version=decision.rulebook_version,
        business_date=decision.business_date,
        horizon=decision.horizon,
        own=True,
        run_id=decision.run_id,
        only_month=bool(options.get("only_month")),
        minimum_cents=int(options.get("minimum_cents") or 0),
        max_days=int(options.get("max_days") or 0),
    )


def known_point(connection: Connection, rev: int, today: date) -> Point:
    """What is known at ``rev``: the rulebook then in force, the months that the last nightly run booked.

    today: the business date before the first run. Errors: NothingPublished.
    """
    last = latest_nightly(connection, rev)
    business_date, horizon = last or (today, today.replace(day=1))
    return Point(rev, rev, version_in_force(connection, rev), business_date, horizon)


def under_rulebook(connection: Connection, point: Point, version: str) -> Point:
    """``point`` under another published rulebook. Errors: NothingPublished."""
    published_version(connection, version)
    return replace(point, rulebook_version=version)


def version_in_force(connection: Connection, rev: int) -> str:
    """The version of the rulebook in force at ``rev``. Errors: NothingPublished."""
    row = connection.execute(
        """SELECT version FROM rulebook_version JOIN revision USING (change_id) WHERE rev <= %s
           ORDER BY rev DESC LIMIT 1""",
        [rev],
    ).fetchone()
    if row is None:
        raise NothingPublished("no rulebook was in force at that moment")
    return str(row[0])


def kinds_of(subject: Subject) -> tuple[str, ...]:
    """The kinds of runs that decide about a subject."""
    return RUN_KINDS.get(subject.kind, ("nightly",))


def written_about(subject: Subject) -> list[tuple[str, str]]:
    """Which rows tell of a decision about the subject: (table, condition)."""
    if subject.kind in RUN_KINDS:
        return [(subject.kind, f"t.{subject.kind}_id = {subject.settled or 0:d}")]
    members = _any("member_id", subject.members)
    if subject.kind == "act":
        act = subject.act or 0
        return [("reimbursement", f"t.act_id = {act:d}"), ("waiting", f"t.line_id = {act:d}")]
    care = [("reimbursement", members), ("waiting", members), ("held", members)]
    care += [("parking", _any("family_id", subject.families))] if subject.families else []
    if subject.contract is None:
        return [("premium", f"{_covered(subject.members)} AND {members}"), *care]
    contract = f"t.contract_id = {subject.contract:d}"
    return [("premium", contract), ("reimbursement", f"{contract} AND {members}")]


def _any(column: str, ids: Sequence[int]) -> str:
    return f"t.{column} = ANY({array(ids)})"


def _covered(members: Sequence[int]) -> str:
    """By the key of the book: under every contract that ever covered one of ``members``."""
    ever = f"SELECT contract_id FROM enrolment WHERE member_id = ANY({array(members)})"
    return f"t.contract_id IN ({ever})"
