"""Importing a document again: its lines as they are stored, judged by the rules that judge whatever arrives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from avenant.core.frames.care import CARE_LINE, DOCUMENT
from avenant.core.frames.news import CARE_LINES, DOCUMENTS, News
from avenant.core.importing.problem import Problem
from avenant.core.importing.state import Facts
from avenant.core.rulebook.model import Rulebook
from avenant.flows.reruns.asked import Point
from avenant.flows.reruns.points import known_point
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.verdicts import Differs, Verdict
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import latest
from avenant.store.readers.news import standing_for
from avenant.store.readers.reruns import document_told_at, providers_called

Inputs = tuple[News, Facts, Rulebook, date, date]


def document_point(connection: Connection, document: int, rev: int | None, today: date) -> Point:
    """The moment at which a document was told last, as known at ``rev``."""
    return replace(known_point(connection, document_told_at(connection, document, rev), today), own=True)


def import_inputs(scene: Scene) -> Inputs:
    """What `core.importing.checking.problems` takes: the document as news, and what it is judged against."""
    news = document_news(scene.connection, scene.question.subject.document or 0, scene.question.point.facts)
    received = news.documents["received_on"].max()
    today = scene.question.point.business_date
    last = max(today, received) if isinstance(received, date) else today
    facts = standing_for(scene.connection, news).facts()
    return news, facts, scene.rulebook.rulebook, last, scene.settings.opens


def document_news(connection: Connection, document: int, rev: int | None) -> News:
    """A document with its lines as it was told, as known at ``rev``."""
    where = f"t.document_id = {document:d}"
    heads = read_frame(connection, latest("document", "document_id", DOCUMENT, rev, where), DOCUMENT)
    lines = read_frame(connection, latest("care_line", "line_id", CARE_LINE, rev, where), CARE_LINE)
    called = providers_called(connection, lines["provider_id"])
    told = lines.filter(~pl.col("withdrawn")).with_columns(
        document_ref=pl.col("ref").str.replace(r"#\d+$", ""),
        line=pl.col("ref").str.extract(r"#(\d+)$").cast(pl.Int32),
        provider_ref=pl.col("provider_id").replace_strict(called, default=None, return_dtype=pl.String),
    )
    return News(
        documents=heads.select(pl.col(name).cast(kind) for name, kind in DOCUMENTS.items()),
        care_lines=told.sort("line").select(pl.col(name).cast(kind) for name, kind in CARE_LINES.items()),
    )


def import_verdict(scene: Scene, problems: list[Problem]) -> Verdict:
    """Stored means accepted: every problem that is found now is a difference."""
    news = document_news(scene.connection, scene.question.subject.document or 0, scene.question.point.facts)
    differs = [
        Differs(each.table, (("row_index", each.row_index + 1),), each.column, "accepted", each.reason)
        for each in problems
    ]
    return Verdict(len(news.documents) + len(news.care_lines), tuple(differs))
