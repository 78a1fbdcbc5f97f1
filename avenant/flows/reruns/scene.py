"""The scene of a re-run: everything that stages take as inputs, read as of its moment, each thing once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from avenant.core.claims.model import Care, CareTerms
from avenant.core.premiums import Expected, Facts, Terms, expected_premiums
from avenant.core.premiums.model import terms
from avenant.core.rulebook.model import Rulebook
from avenant.flows.drafting import drafted
from avenant.flows.nightly_care import care_of
from avenant.flows.reruns.asked import Question
from avenant.flows.reruns.changing import changed_rows
from avenant.store.database import BookSettings, Connection
from avenant.store.readers.facts import Families, facts_of_members, members_of
from avenant.store.readers.rulebooks import Published, published_version


@dataclass(frozen=True)
class Scene:
    """A question and the snapshot in which it is answered. draft: a rulebook that nobody has published."""

    connection: Connection
    question: Question
    draft: Rulebook | None = None

    @cached_property
    def settings(self) -> BookSettings:
        """What the book was created with."""
        row = self.connection.execute(
            "SELECT clock, opens, issuer, series, created_at FROM book_settings"
        ).fetchone()
        assert row is not None
        return BookSettings(*row)

    @cached_property
    def members(self) -> pl.DataFrame:
        """The members of the subject's families at the moment, withdrawn ones included."""
        families = Families(ids=self.question.subject.families)
        return members_of(self.connection, families, self.question.point.facts)

    @cached_property
    def facts(self) -> Facts:
        """Contracts, members and enrolments of the families, with what this run changes."""
        live = self.members.filter(~pl.col("withdrawn"))
        facts = facts_of_members(self.connection, live, self.question.point.facts)
        changes = self.question.changes
        return Facts(
            changed_rows(facts.contracts, "contract", changes),
            changed_rows(facts.members, "member", changes),
            changed_rows(facts.enrolments, "enrolment", changes),
        )

    @cached_property
    def rulebook(self) -> Published:
        """The rulebook of the moment, or the one asked for; a draft is numbered as if it were published now."""
        if self.draft is not None:
            return drafted(self.connection, self.draft)
        return published_version(self.connection, self.question.point.rulebook_version)

    @cached_property
    def terms(self) -> Terms:
        """The premium side of the rulebook, for the months from the opening to the horizon."""
        book = self.rulebook
        return terms(book.rulebook, book.slots, self.settings.opens, self.question.point.horizon)

    @cached_property
    def care_terms(self) -> CareTerms:
        """The care side of the rulebook."""
        return CareTerms(self.rulebook.rulebook.care, self.rulebook.rulebook.parameters)

    @cached_property
    def priced(self) -> Expected:
        """The premiums that the rules expect, for stages that come after pricing."""
        return expected_premiums(self.facts, self.terms)

    @cached_property
    def settled(self) -> pl.DataFrame:
        """The members whose families are not parked: the only ones about whom a run writes."""
        return self.members.join(self.priced.parked, on="family_id", how="anti")

    @cached_property
    def care(self) -> Care:
        """Messages, answers and cover of the members, with what this run changes."""
        theirs = self.facts.members.join(self.settled.select("member_id"), on="member_id", how="semi")
        facts = Facts(self.facts.contracts, theirs, self.facts.enrolments)
        care, changes = (
            care_of(self.connection, None, facts, self.question.point.facts),
            self.question.changes,
        )
        return replace(
            care,
            lines=changed_rows(care.lines, "care_line", changes),
            answers=changed_rows(care.answers, "answer", changes),
            statuses=changed_rows(care.statuses, "provider_status", changes),
        )

    def owned(self) -> dict[str, frozenset[int]]:
        """Which rows are the subject's own, by the first of these columns that a table has."""
        subject = self.question.subject
        if subject.act is not None:
            return {"act_id": frozenset({subject.act}), "line_id": frozenset({subject.act})}
        if subject.contract is not None:
            return {"contract_id": frozenset({subject.contract})}
        return {"member_id": frozenset(subject.members)}

    def own(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows (of either book) that belong to the subject."""
        subject = self.question.subject
        if subject.kind == "act":
            return rows.filter(pl.col("act_id") == subject.act)
        if subject.kind == "contract":
            return rows.filter(pl.col("contract_id") == subject.contract)
        return rows.filter(pl.col("member_id").is_in(list(subject.members)))
