"""An invoice or payout as it was issued, and the moments that lead to it.

A paper settles what differs between the book as the paper before it left it and the book as its own run found it:
of 30.00 € a month from January on, where January to March were on the invoice before, that of April settles 30.00 €;
told on 2 April that the price of March was 28.00 €, it settles 28.00 €.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from avenant.core.claims.expected import expected_reimbursements
from avenant.flows.nightly_care import as_booked
from avenant.flows.reruns.asked import Point, Question, Subject
from avenant.flows.reruns.case_words import NoCase
from avenant.flows.reruns.points import point_of
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.subjects import MOST_FAMILIES
from avenant.store.database import Connection
from avenant.store.readers.known import array
from avenant.store.readers.reruns import (
    decisions_about,
    families_of_members,
    members_ever,
    paper_before,
    settlement,
    tied_sums,
)
from avenant.store.readers.settling import Documents

BOOK_OF: Final[Mapping[Documents, str]] = {"invoice": "premium", "payout": "reimbursement"}
OWED: Final = ("member_id", "month", "amount_cents")
MOST_BEFORE: Final = 24
"""How many papers before it a case tells at most."""


@dataclass(frozen=True, slots=True)
class Paper:
    """kind: invoice or payout; row: as stored; point: of the run that issued it."""

    kind: Documents
    number: int
    row: Mapping[str, Any]
    point: Point

    def owed(self, scene: Scene) -> pl.DataFrame:
        """What the rules owe that it is about: columns OWED, the month null for reimbursements."""
        return self._premiums(scene) if self.kind == "invoice" else self._reimbursements(scene)

    def about(self) -> pl.Expr:
        """Of rows that are owed those that it is about: of premiums, its months."""
        if self.kind == "payout":
            return pl.lit(True)
        month = pl.col("month")
        return month == self.row["month"] if self.point.only_month else month <= self.row["month"]

    def _premiums(self, scene: Scene) -> pl.DataFrame:
        rows = scene.priced.rows.filter(pl.col("contract_id") == self.row["contract_id"])
        return rows.filter(self.about()).select(OWED)

    def _reimbursements(self, scene: Scene) -> pl.DataFrame:
        rules = expected_reimbursements(scene.care, scene.care_terms)
        booked = as_booked(rules, scene.care, scene.settings.opens).rows
        contracts = scene.facts.contracts.filter(pl.col("currency") == self.row["currency"])
        rows = booked.join(contracts, on="contract_id", how="semi")
        if self.row["payee_kind"] == "provider":
            rows = rows.filter(pl.col("payee_id") == self.row["payee_id"])
        else:
            family = scene.members.filter(pl.col("family_id") == self.row["payee_id"])
            rows = rows.filter(pl.col("payee_id") == 0).join(family, on="member_id", how="semi")
        return rows.select("member_id", pl.lit(None, pl.Date).alias("month"), "amount_cents")


@dataclass(frozen=True, slots=True)
class Moment:
    """A paper, and what the last nightly run knew that booked anything about its families before it was issued."""

    paper: Paper
    scene: Scene

    def replaced(self, settled: pl.DataFrame) -> pl.DataFrame:
        """What of ``settled`` (columns OWED) this paper looks at again: of its months, of families not parked."""
        return settled.filter(self.paper.about()).join(self.scene.settled, on="member_id", how="semi")

    def after(self, settled: pl.DataFrame) -> pl.DataFrame:
        """What is settled after this paper (columns OWED), where ``settled`` was before it."""
        again = self.replaced(settled)
        left = settled.join(again, on=["member_id", "month"], how="anti", nulls_equal=True)
        owed = self.paper.owed(self.scene).group_by("member_id", "month").agg(pl.col("amount_cents").sum())
        return pl.concat([left, owed])

    def sums(self, settled: pl.DataFrame) -> pl.DataFrame:
        """What this paper settles of each member, where ``settled`` was before it: member_id, amount_cents, not 0."""
        again = self.replaced(settled).with_columns(-pl.col("amount_cents"))
        rows = pl.concat([self.paper.owed(self.scene), again])
        sums = rows.group_by("member_id").agg(pl.col("amount_cents").sum())
        return sums.filter(pl.col("amount_cents") != 0).sort("member_id")


def nothing_settled() -> pl.DataFrame:
    """No rows of OWED."""
    return pl.DataFrame(schema={"member_id": pl.Int32, "month": pl.Date, "amount_cents": pl.Int64})


def moments_of(scene: Scene) -> list[Moment]:
    """The paper of ``scene``, last, after as few of the papers before it as lead to it. Errors: NoCase."""
    connection, paper = scene.connection, _asked(scene)
    families = _families(connection, paper)
    tied = tied_sums(connection, paper.kind, paper.number).filter(pl.col("amount_cents") != 0)
    moments: list[Moment] = []
    first: Paper | None = paper
    while first is not None and len(moments) <= MOST_BEFORE:
        found = _moment(connection, first, families)
        if found is None:
            break
        moments.insert(0, found)
        if _leads_to(tied, moments):
            return moments
        earlier = paper_before(connection, paper.kind, first.number)
        first = None if earlier is None else _issued(connection, paper.kind, earlier)
    raise NoCase(
        f"no facts that were known before the {paper.kind}s up to it lead to what it settled under today's rules: "
        "the code has changed since, or a family was parked or held in between; run one of its members to see which"
    )


def _leads_to(tied: pl.DataFrame, moments: list[Moment]) -> bool:
    """Whether the rules of today settle by the last paper what it settled, member by member."""
    settled = nothing_settled()
    for each in moments[:-1]:
        settled = each.after(settled)
    return moments[-1].sums(settled).equals(tied.sort("member_id"))


def _asked(scene: Scene) -> Paper:
    subject = scene.question.subject
    kind: Documents = "invoice" if subject.kind == "invoice" else "payout"
    assert subject.settled is not None
    row = settlement(scene.connection, kind, subject.settled).to_dicts()[0]
    if row["number"] is None:
        raise NoCase(f"{kind} {subject.ref} came to 0.00 and is no document, so there is none to expect")
    return Paper(kind, subject.settled, row, scene.question.point)


def _issued(connection: Connection, kind: Documents, number: int) -> Paper:
    """A paper with the moment of its own run."""
    row = settlement(connection, kind, number).to_dicts()[0]
    written = [(str(kind), f"t.{kind}_id = {number:d}")]
    (decision,) = decisions_about(connection, written, (f"{kind}s",), None)
    return Paper(kind, number, row, point_of(connection, Subject(kind, "", settled=number), decision))


def _families(connection: Connection, paper: Paper) -> tuple[int, ...]:
    """The families whose entries the paper settled."""
    members = tied_sums(connection, paper.kind, paper.number)["member_id"].to_list()
    families = families_of_members(connection, members, paper.point.facts)
    if len(families) > MOST_FAMILIES:
        raise NoCase(
            f"it settles entries of {len(families):,} families, more than {MOST_FAMILIES:,} that one case tells: "
            "run one of its members"
        )
    return families


def _moment(connection: Connection, paper: Paper, families: tuple[int, ...]) -> Moment | None:
    """The paper with the facts before it; None where no nightly run had booked anything about the families yet."""
    members = members_ever(connection, "family_id", families, paper.point.facts)
    whole = Subject("family", "", families, members)
    condition = f"t.member_id = ANY({array(members)})"
    if paper.kind == "invoice":
        condition += f" AND t.contract_id = {paper.row['contract_id']:d}"
    written = [(BOOK_OF[paper.kind], condition)]
    found = decisions_about(connection, written, ("nightly",), paper.point.facts)
    if not found:
        return None
    return Moment(paper, Scene(connection, Question(whole, point_of(connection, whole, found[0]), ())))
