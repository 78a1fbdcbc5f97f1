"""What a claims graph is built from: all versions of the rows of some members, with the revision of each.

One set of queries per graph. Read as of a revision, later rows are not read at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import polars as pl
import psycopg

from avenant.core.graph import GraphRows
from avenant.core.graph.neighbourhood import neighbours
from avenant.core.graph.rows import TABLES
from avenant.store.database import Connection
from avenant.store.frames import read_few
from avenant.store.readers.acts import people_ever_of
from avenant.store.readers.graph_rules import RULE_LINES, rules_through_time
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import array, bigints, known

OUTLINE = {
    name: TABLES["lines"][name] for name in ("line_id", "ref", "care_from", "charged_cents", "cancels")
}
"""What tells which lines can have had to do with each other."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What to read: lines of care, of which members; for premiums the entries' keys as a condition on ``t``."""

    members: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    premiums: str | None = None


def graph_rows(connection: Connection, scope: Scope, rev: int | None = None) -> GraphRows:
    """Everything told, booked and paid about ``scope`` up to ``rev`` (None: up to now)."""
    lines, answers = _told(connection, scope, rev)
    entries = _entries(connection, lines["line_id"], rev)
    premiums = _premiums(connection, scope, rev)
    enrolments = _table(connection, "enrolments", "enrolment", "member_id", scope.members, rev)
    used = [entries[f"{kind}_line_id"] for kind in RULE_LINES.values()] + [premiums["line_id"]]
    contracts = _all(enrolments["contract_id"], entries["contract_id"], premiums["contract_id"])
    providers = _all(lines["provider_id"], entries["payee_id"])
    rules = rules_through_time(connection, rev)
    rows = GraphRows(
        documents=_table(connection, "documents", "document", "document_id", lines["document_id"], rev),
        lines=lines,
        answers=answers,
        providers=_table(connection, "providers", "provider", "provider_id", providers, rev),
        statuses=_table(connection, "statuses", "provider_status", "provider_id", lines["provider_id"], rev),
        members=_table(connection, "members", "member", "member_id", scope.members, rev),
        contracts=_table(connection, "contracts", "contract", "contract_id", contracts, rev),
        enrolments=enrolments,
        act_codes=rules.act_codes if len(lines) else rules.act_codes.clear(),
        rule_lines=rules.rule_lines.filter(pl.col("line_id").is_in(_all(*used))),
        parameters=rules.parameters if len(entries) else rules.parameters.clear(),
        rates=rules.rates if len(entries) else rules.rates.clear(),
        waiting=_waiting(connection, lines["line_id"], rev),
        entries=entries,
        premiums=premiums,
        **_payouts(connection, entries, rev),
        **_invoices(connection, premiums, rev),
    )
    return replace(rows, revisions=_revisions(connection, rows))


def _all(*columns: pl.Series) -> list[int]:
    """Every number of some columns."""
    return sorted({number for column in columns for number in column.to_list() if number is not None})


def _upto(rev: int | None) -> str:
    return "true" if rev is None else f"v.rev <= {rev:d}"


def _table(
    connection: Connection, name: str, table: str, key: str, ids: Iterable[int | None], rev: int | None
) -> pl.DataFrame:
    """All versions of the rows of ``table`` that one of ``ids`` is the ``key`` of, in the columns of ``name``."""
    wanted = sorted({number for number in ids if number is not None})
    if not wanted:
        return _none(name)
    among = array(wanted) if TABLES[name].get(key) == pl.Int32 else bigints(wanted)
    return _read(connection, name, f"{table} AS t", f"t.{key} = ANY({among})", rev)


def _none(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=TABLES[name])


def _read(
    connection: Connection, name: str, source: str, where: str, rev: int | None, **columns: str
) -> pl.DataFrame:
    """``columns``: SQL for those that are not simply columns of ``t``."""
    chosen = [columns.get(column, f"t.{column}") for column in TABLES[name] if column != "rev"]
    query = f"""
        SELECT {", ".join(chosen)}, v.rev FROM {source} JOIN revision AS v ON v.change_id = t.change_id
        WHERE {where} AND {_upto(rev)} ORDER BY v.rev, 1, 2"""
    return read_few(connection, query, TABLES[name])


def _told(connection: Connection, scope: Scope, rev: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of the members that can ever have had to do with those of ``scope``, and the answers about them.

    Only messages of one member meet: what other versions told of others connects nothing.
    """
    if not scope.lines:
        return _none("lines"), _none("answers")
    outline = _outline(connection, scope, rev)
    answers = _answers(connection, outline["ref"], rev)
    near = neighbours(outline, answers, scope.lines)
    return _table(connection, "lines", "care_line", "line_id", near, rev), answers


def _outline(connection: Connection, scope: Scope, rev: int | None) -> pl.DataFrame:
    """What was told of the members, or of nobody in a document that names them, and all of the scope's own lines."""
    members = array(scope.members)
    chosen = f"SELECT {', '.join(f't.{name}' for name in OUTLINE)} FROM care_line AS t"
    query = f"""
        {chosen} WHERE t.member_id = ANY({members}) AND {known("t", rev)}
        UNION ALL
        {chosen} JOIN document AS d USING (document_id) JOIN member AS m ON m.ref = d.member_ref
        WHERE t.member_id IS NULL AND m.member_id = ANY({members})
          AND {known("t", rev)} AND {known("d", rev)} AND {known("m", rev)}
        UNION ALL
        {chosen} WHERE t.line_id = ANY({bigints(scope.lines)}) AND {known("t", rev)}"""
    return read_few(connection, query, OUTLINE)


def _answers(connection: Connection, refs: pl.Series, rev: int | None) -> pl.DataFrame:
    """Answers without what the person wrote."""
    told = sorted(set(refs))
    row = connection.execute("SELECT EXISTS (SELECT FROM answer)").fetchone()
    if not told or row is None or not row[0]:
        return _none("answers")
    lines = psycopg.ClientCursor(connection).mogrify("%s::text[]", [told])
    where = f"(t.line_ref = ANY({lines}) OR t.other_ref = ANY({lines}))"
    return _read(connection, "answers", "answer AS t", where, rev, reason="''")


def _entries(connection: Connection, lines: pl.Series, rev: int | None) -> pl.DataFrame:
    """What was ever booked for the acts that ``lines`` were, in the contracts of those whose they ever were."""
    acts = _all(lines)
    if not acts:
        return _none("entries")
    people = array(people_ever_of(connection, acts))
    query = f"SELECT DISTINCT contract_id FROM enrolment WHERE member_id = ANY({people})"
    contracts = array(contract for (contract,) in connection.execute(query.encode()))
    where = f"t.contract_id = ANY({contracts}) AND t.act_id = ANY({bigints(acts)})"
    return _read(connection, "entries", "reimbursement AS t", where, rev)


def _waiting(connection: Connection, lines: pl.Series, rev: int | None) -> pl.DataFrame:
    """What waited; of several rows of one change the last one counts."""
    if lines.is_empty():
        return _none("waiting")
    where = f"""t.line_id = ANY({bigints(_all(lines))}) AND NOT EXISTS (
        SELECT FROM waiting AS n
        WHERE n.line_id = t.line_id AND n.change_id = t.change_id AND n.waiting_id > t.waiting_id)"""
    return _read(connection, "waiting", "waiting AS t", where, rev)


def _payouts(connection: Connection, entries: pl.DataFrame, rev: int | None) -> dict[str, pl.DataFrame]:
    """``payout_ties`` of the entries, and the ``payouts`` that they lead to."""
    ties = _table(connection, "payout_ties", "payout_entry", "entry_id", entries["entry_id"], rev)
    if ties.is_empty():
        return {}
    source = """payout AS t
        LEFT JOIN member AS m ON t.payee_kind = 'member' AND m.member_id = t.payee_id AND m.version = 1
        LEFT JOIN provider AS d ON t.payee_kind = 'provider' AND d.provider_id = t.payee_id"""
    number = f"coalesce({NUMBER.replace('i.', 't.')}, '#' || t.payout_id)"
    where = f"t.payout_id = ANY({bigints(_all(ties['payout_id']))})"
    said = {"number": number, "payee": "coalesce(m.ref, d.ref)"}
    return {"payout_ties": ties, "payouts": _read(connection, "payouts", source, where, rev, **said)}


def _invoices(connection: Connection, premiums: pl.DataFrame, rev: int | None) -> dict[str, pl.DataFrame]:
    """``invoice_ties`` of the premiums, the ``invoices`` that they lead to, and what these moved on balances."""
    ties = _table(connection, "invoice_ties", "invoice_entry", "entry_id", premiums["entry_id"], rev)
    if ties.is_empty():
        return {}
    number = f"coalesce({NUMBER.replace('i.', 't.')}, '#' || t.invoice_id)"
    named = f"t.invoice_id = ANY({bigints(_all(ties['invoice_id']))})"
    invoices = _read(connection, "invoices", "invoice AS t", named, rev, number=number)
    moved = f"t.contract_id = ANY({array(_all(invoices['contract_id']))}) AND {named}"
    movements = _read(connection, "movements", "balance_movement AS t", moved, rev)
    return {"invoice_ties": ties, "invoices": invoices, "movements": movements}


def _premiums(connection: Connection, scope: Scope, rev: int | None) -> pl.DataFrame:
    if scope.premiums is None:
        return _none("premiums")
    slot = "concat_ws('.', s.level, s.component, s.tier, s.status)"
    source = "premium AS t JOIN slot AS s ON s.slot_id = t.slot_id"
    return _read(connection, "premiums", source, scope.premiums, rev, slot=slot)


def _revisions(connection: Connection, rows: GraphRows) -> pl.DataFrame:
    """The revisions that wrote any of ``rows``."""
    revs = _all(*(getattr(rows, part.name)["rev"] for part in fields(rows)))
    query = f"""
        SELECT v.rev, to_char(v.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS'),
               r.run_id, r.kind, r.code_version, r.rulebook_version
        FROM revision AS v LEFT JOIN change AS c USING (change_id) LEFT JOIN run AS r ON r.run_id = c.run_id
        WHERE v.rev = ANY({bigints(revs)}) ORDER BY v.rev"""
    return read_few(connection, query, TABLES["revisions"])
