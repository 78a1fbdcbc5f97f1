"""Care for many members at once, as benchmarks need it: a smooth full book, told to its end, without its history.

    news = bulk_care(covered_members(facts), rulebook, 1, date(2022, 7, 1), 42, acts_per_member_year=7.0)

A few microseconds per line. Refs are made of members' refs, so that a portfolio may be told in parts: the documents
of two parts never share a ref, and all parts meet the same providers.
"""

from __future__ import annotations

from datetime import date
from zlib import crc32

import numpy as np
import polars as pl

from avenant.core.frames.news import TABLES, News
from avenant.core.generating.care.documents import numbered, told_documents, told_lines, with_targets
from avenant.core.generating.care.drawing import drawn_messages, people_of, scene
from avenant.core.generating.care.mix import SMOOTH_CARE, CareMix
from avenant.core.generating.care.providers import told_statuses
from avenant.core.generating.days import day_number
from avenant.core.periods import add_months
from avenant.core.rulebook.model import Rulebook


def bulk_care(
    members: pl.DataFrame,
    rulebook: Rulebook,
    seed: int,
    first_month: date,
    months: int,
    acts_per_member_year: float,
    mix: CareMix = SMOOTH_CARE,
) -> News:
    """Documents, their lines and providers' statuses of so many months, in the order of their arrival.

    members: ref, birth_date, covered_from, covered_until (the first day without cover; null: open), in any order;
    care falls into their cover. acts_per_member_year: on average over covered years; about 1.6 lines tell of an act.
    The same members, seed and months give the same rows.
    """
    opens, ends = day_number(first_month), day_number(add_months(first_month, months))
    members = members.sort("ref")
    stage = scene(seed, rulebook, opens, ends, acts_per_member_year, mix)
    part = crc32("".join(members["ref"][:1]).encode())
    dice = np.random.default_rng([seed, crc32(b"bulk care"), part])
    rows = numbered(drawn_messages(dice, people_of(members, opens, ends), stage))
    documents = told_documents(rows, members["ref"], stage.providers.refs)
    lines = with_targets(rows, told_lines(rows, documents, stage.providers.refs, stage.prices))
    return News(
        documents=documents.sort("received_on", "document").select(*TABLES["documents"]),
        care_lines=lines.sort("known_on", "document", "line").select(*TABLES["care_lines"]),
        provider_statuses=_statuses_at_the_end(told_statuses(stage.providers, opens, ends)),
    )


def covered_members(facts: News) -> pl.DataFrame:
    """The members of `facts` for `bulk_care`: from their first covered day to their last, over all enrolments."""
    after = pl.col("last_day").dt.offset_by("1d")
    open_ended = pl.col("last_day").is_null().any()
    spans = facts.enrolments.group_by("member_ref").agg(
        pl.col("valid_from").min().alias("covered_from"),
        pl.when(~open_ended).then(after.max()).alias("covered_until"),
    )
    members = facts.members.select("ref", "birth_date")
    return members.join(spans, left_on="ref", right_on="member_ref", maintain_order="left")


def _statuses_at_the_end(statuses: pl.DataFrame) -> pl.DataFrame:
    latest = statuses.unique("ref", keep="last", maintain_order=True)
    return latest.select(*TABLES["provider_statuses"])
