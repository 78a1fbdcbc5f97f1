"""Care acts as people look at them: what was decided and why, what waits, what people answer.

acts = act_view(db, "D-0001#1")
answer(db, Answered("same", "D-0001#1", "D-0007#2", reason="one visit, two bills"), actor="ana")
"""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from avenant.core.claims.expected import expected_reimbursements
from avenant.core.claims.model import CareTerms
from avenant.core.frames.news import TABLES, News
from avenant.flows.learn import LearnReport, learn
from avenant.flows.nightly_care import care_of
from avenant.store.database import Connection, Database
from avenant.store.readers.acts import act_called, decided_acts, lines_with_documents, unadopted_lines
from avenant.store.readers.care import line_refs, lines_called, waiting_everywhere
from avenant.store.readers.facts import Families, facts_of
from avenant.store.readers.history import UnknownRef
from avenant.store.readers.rulebooks import published

UNKNOWN_MEMBER = "unknown_member"
WAITING = {
    "line_ref": pl.String,
    "member_ref": pl.String,
    "reason": pl.String,
    "candidates": pl.String,
    "since": pl.String,
}


@dataclass(frozen=True, slots=True)
class ActView:
    """One act: its entries (columns DECIDED), the messages behind it with their roles, what waits with it."""

    act_id: int
    history: pl.DataFrame
    messages: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)


def act_view(db: Database, name: str, rev: int | None = None) -> ActView:
    """The act that a number, or the ref of any line of it, names. Errors: UnknownRef, NothingPublished."""
    with db.snapshot() as connection:
        line_id = act_called(connection, name)
        links, waiting = _links(connection, line_id, rev)
        mine = links.filter(pl.col("line_id") == line_id)["act_id"]
        act_id = int(mine[0]) if len(mine) else line_id
        together = links.filter(pl.col("act_id") == act_id)
        lines = pl.concat([together["line_id"], pl.Series([line_id], dtype=pl.Int64)]).unique()
        roles = dict(together.select("line_id", "role").iter_rows())
        messages = [
            {"role": roles.get(row["line_id"]), **row} for row in lines_with_documents(connection, lines, rev)
        ]
        if not messages:
            raise UnknownRef(f"there is no act {name!r}: nothing was told under this number then")
        return ActView(
            act_id,
            decided_acts(connection, act=act_id, rev=rev),
            messages,
            waiting.filter(pl.col("line_id").is_in(lines.implode())).to_dicts(),
        )


def _links(connection: Connection, line_id: int, rev: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """How the lines of the member belong together, and what waits of them, as the rules say it of what was known."""
    row = connection.execute(
        """SELECT m.family_id FROM care_line AS l JOIN document AS d USING (document_id)
           CROSS JOIN LATERAL (
               SELECT family_id, version FROM member WHERE member_id = l.member_id
               UNION ALL SELECT family_id, version FROM member WHERE ref = d.member_ref) AS m
           WHERE l.line_id = %s ORDER BY l.version DESC, d.version DESC, m.version DESC LIMIT 1""",
        [line_id],
    ).fetchone()
    families = Families(ids=(int(row[0]),)) if row else Families(ids=())
    facts = facts_of(connection, families, rev)
    rulebook = published(connection, rev).rulebook
    care = care_of(connection, None, facts, rev)
    found = expected_reimbursements(care, CareTerms(rulebook.care, rulebook.parameters))
    return found.links, found.waiting


def waiting(db: Database, rev: int | None = None) -> pl.DataFrame:
    """Everything that waits for a person or for news: columns WAITING, oldest first."""
    with db.snapshot() as connection:
        noted = waiting_everywhere(connection, rev)
        refs = line_refs(connection, noted["line_id"])
        members = _member_refs(connection, noted["member_id"])
        told = lines_called(connection, list(refs.values()), rev).select("ref", "received_on")
        unknown = unadopted_lines(connection, rev)
    rows = noted.select(
        line_ref=pl.col("line_id").replace_strict(refs, default=None, return_dtype=pl.String),
        member_ref=pl.col("member_id").replace_strict(members, default=None, return_dtype=pl.String),
        reason="reason",
        candidates="candidates",
    ).join(told, left_on="line_ref", right_on="ref", how="left")
    nobody = unknown.select(
        line_ref="ref",
        member_ref="member_ref",
        reason=pl.lit(UNKNOWN_MEMBER),
        candidates=pl.lit(None, pl.String),
        received_on="received_on",
    )
    both = pl.concat([rows, nobody]).with_columns(since=pl.col("received_on").cast(pl.String))
    return both.sort("received_on", "line_ref").select(list(WAITING))


def _member_refs(connection: Connection, members: pl.Series) -> dict[int, str]:
    rows = connection.execute(
        "SELECT member_id, ref FROM member WHERE version = 1 AND member_id = ANY(%s::int[])",
        [members.drop_nulls().unique().to_list()],
    )
    return dict(rows.fetchall())


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person says of a line: ``same`` or ``different`` (as another line), or an ``exception``."""

    kind: str
    line: str
    other: str | None = None
    amount_cents: int | None = None
    reason: str = ""

    @property
    def ref(self) -> str:
        """What the answer is called: ``different/D2.1/D1.1``."""
        return "/".join(name for name in (self.kind, self.line, self.other) if name).replace("#", ".")


def answer(db: Database, said: Answered, actor: str) -> LearnReport:
    """Learn a person's answer; the next nightly run decides by it. Errors: UnknownRef, NewsRefused."""
    named = [ref for ref in (said.line, said.other) if ref is not None]
    with db.connect() as connection:
        known = lines_called(connection, named)["ref"].to_list()
    if missing := [ref for ref in named if ref not in known]:
        raise UnknownRef(f"there is no line {missing[0]!r}: `avenant acts waiting` lists what waits")
    row = {
        "ref": said.ref,
        "kind": said.kind,
        "line_ref": said.line,
        "other_ref": said.other,
        "amount_cents": said.amount_cents,
        "reason": said.reason,
    }
    return learn(db, _news(row), actor, f"answer: {said.kind}")


def withdraw_answer(db: Database, ref: str, actor: str) -> LearnReport:
    """Take an answer back; it counts no more from the next nightly run on. Errors: UnknownRef."""
    with db.connect() as connection:
        row = connection.execute("SELECT 1 FROM answer WHERE ref = %s LIMIT 1", [ref]).fetchone()
    if row is None:
        raise UnknownRef(f"there is no answer {ref!r}: it is told by `avenant acts answer` when it is given")
    return learn(db, _news({"ref": ref, "withdrawn": True}), actor, "answer withdrawn")


def _news(row: dict[str, Any]) -> News:
    columns = TABLES["answers"]
    return News(answers=pl.DataFrame([dict.fromkeys(columns) | row], schema=dict(columns)))
