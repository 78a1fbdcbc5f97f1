"""A story with care: what its members go through, and all that is told about it, day by day.

    story = with_care(portfolio(...), shipped_rulebook(), acts_yearly=4.0)

Care also falls into the days before and after somebody's cover, so that departures that are learnt late take back
what was paid since.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from avenant.core.generating.care.answers import told_answers
from avenant.core.generating.care.bulk import covered_members
from avenant.core.generating.care.documents import numbered, told_documents, told_lines, with_targets
from avenant.core.generating.care.drawing import Scene, drawn_messages, people_of, scene
from avenant.core.generating.care.mix import LIVELY_CARE, CareMix
from avenant.core.generating.care.providers import MANY, told_statuses
from avenant.core.generating.care.retelling import retold
from avenant.core.generating.days import day_number, stream
from avenant.core.generating.story import Story
from avenant.core.periods import add_months
from avenant.core.rulebook.model import Rulebook

BEFORE_OPENING, BEFORE_COVER, AFTER_COVER = 8, 10, 75
"""Days of care before the book opens, before somebody is covered, after the last covered day."""


FEWEST, PATIENTS = 8, 25
"""Providers of each specialty: at least so many, else one for so many members."""


def with_care(story: Story, rulebook: Rulebook, acts_yearly: float, mix: CareMix = LIVELY_CARE) -> Story:
    """`story` with about `acts_yearly` acts of care per person and covered year; as it is where that is 0.

    Only members who never had a plan without guarantees have care; where `rulebook` guarantees nothing, those insured
    in euros. The same story and numbers give the same care.
    """
    members = _insured(story, rulebook)
    if acts_yearly <= 0 or members.is_empty():
        return story
    opens = day_number(story.first_month)
    ends = day_number(add_months(story.first_month, story.months))
    each = max(FEWEST, min(MANY, members.height // PATIENTS))
    stage = scene(story.seed, rulebook, opens - BEFORE_OPENING, ends, acts_yearly, mix, each)
    return _told(story, members, stage)


def _insured(story: Story, rulebook: Rulebook) -> pl.DataFrame:
    """ref, birth_date, covered_from, covered_until (both stretched a little), in order of ref."""
    facts = story.known_at_the_end()
    plans = rulebook.care.plans["plan"]
    if plans.is_empty():
        plans = rulebook.plans.filter(pl.col("currency") == "EUR")["plan"]
    elsewhere = facts.enrolments.filter(~pl.col("plan").is_in(plans.implode())).select("member_ref")
    insured = facts.enrolments.join(elsewhere, on="member_ref", how="anti", maintain_order="left")
    spans = covered_members(replace(facts, enrolments=insured))
    return spans.with_columns(
        pl.col("covered_from").dt.offset_by(f"-{BEFORE_COVER}d"),
        pl.col("covered_until").dt.offset_by(f"{AFTER_COVER}d"),
    ).sort("ref")


def _told(story: Story, members: pl.DataFrame, stage: Scene) -> Story:
    dice = stream(story.seed, "care")
    said = drawn_messages(dice, people_of(members, stage.opens, stage.ends), stage)
    rows = numbered(said.filter(pl.col("received") >= stage.opens))
    providers = stage.providers
    documents = told_documents(rows, members["ref"], providers.refs)
    lines = with_targets(rows, told_lines(rows, documents, providers.refs, stage.prices))
    refs = lines.select(pl.concat_str("document_ref", pl.lit("#"), "line").alias("ref")).to_series()
    answers = told_answers(stream(story.seed, "answers"), rows, refs, stage.mix)
    documents, lines = retold(stream(story.seed, "retelling"), documents, lines, stage.mix, stage.ends)
    statuses = told_statuses(providers, stage.opens, stage.ends)
    named = lines["provider_ref"].unique()
    last = pl.lit(stage.ends - 1, pl.Int32).cast(pl.Date)
    return replace(
        story,
        documents=documents.drop("document").sort("known_on", "ref"),
        care_lines=lines.drop("document").sort("known_on", "document_ref", "line"),
        answers=answers.filter(pl.col("known_on") <= last),
        provider_statuses=statuses.filter(pl.col("provider_ref").is_in(named.implode())),
        counters=story.counters | _counted(rows, documents, answers),
    )


def _counted(rows: pl.DataFrame, documents: pl.DataFrame, answers: pl.DataFrame) -> dict[str, int]:
    """Counters of care: acts, documents and their lines as first told, what happened to them, answers."""
    again = documents.filter(pl.col("ref").is_duplicated())
    return {
        "care_acts": rows.filter(pl.col("kind") != "quote")["act"].n_unique(),
        "documents": documents["ref"].n_unique(),
        "lines": rows.height,
        "cancellations": rows.filter(pl.col("quantity") < 0).height,
        "documents_told_again": again.height - again["ref"].n_unique(),
        "answers": answers.filter(~pl.col("withdrawn")).height,
    }
