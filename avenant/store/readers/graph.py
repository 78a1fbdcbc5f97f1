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
from avenant.store.frames import read_frame
from avenant.store.readers.acts import people_ever_of
from avenant.store.readers.invoices import NUMBER
from avenant.store.readers.known import array, bigints, known

RULE_LINES = {
    "tariffs": "tariff",
    "guarantees": "guarantee",
    "envelopes": "envelope",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What to read: lines of care, of which members; for premiums the entries' keys as a condition on ``p``."""

    members: tuple[int, ...] = ()
    lines: tuple[int, ...] = ()
    premiums: str | None = None


def graph_rows(connection: Connection, scope: Scope, rev: int | None = None) -> GraphRows:
    """Everything told, booked and paid about ``scope`` up to ``rev`` (None: up to now)."""
    lines, answers = _told(connection, scope, rev)
    acts = lines["line_id"].unique().to_list()
    booked = (
        f"t.member_id = ANY({array(people_ever_of(connection, acts))}) AND t.act_id = ANY({bigints(acts)})"
    )
    entries = _table(connection, "entries", "reimbursement", booked, rev)
    ties = _tied(connection, "payout", entries, rev)
    premiums = _premiums(connection, scope, rev)
    invoiced = _tied(connection, "invoice", premiums, rev)
    invoices = _invoices(connection, invoiced["invoice_id"], rev)
    enrolments = _table(connection, "enrolments", "enrolment", _ids("member_id", scope.members), rev)
    used = [entries[f"{kind}_line_id"] for kind in RULE_LINES.values()] + [premiums["line_id"]]
    contracts = pl.concat([enrolments["contract_id"], entries["contract_id"], premiums["contract_id"]])
    rows = GraphRows(
        documents=_table(connection, "documents", "document", _ids("document_id", lines["document_id"]), rev),
        lines=lines,
        answers=answers,
        providers=_providers(connection, pl.concat([lines["provider_id"], entries["payee_id"]]), rev),
        statuses=_table(
            connection, "statuses", "provider_status", _ids("provider_id", lines["provider_id"]), rev
        ),
        members=_table(connection, "members", "member", _ids("member_id", scope.members), rev),
        contracts=_table(connection, "contracts", "contract", _ids("contract_id", contracts), rev),
        enrolments=enrolments,
        act_codes=_act_codes(connection, rev) if len(lines) else pl.DataFrame(schema=TABLES["act_codes"]),
        rule_lines=_rule_lines(connection, pl.concat(used), rev),
        **_parameters(connection, entries, rev),
        waiting=_waiting(connection, lines["line_id"], rev),
        entries=entries,
        payout_ties=ties,
        payouts=_payouts(connection, ties["payout_id"], rev),
        premiums=premiums,
        invoice_ties=invoiced,
        invoices=invoices,
        movements=_table(
            connection,
            "movements",
            "balance_movement",
            f"t.invoice_id = ANY({bigints(invoices['invoice_id'])})",
            rev,
        ),
    )
    return replace(rows, revisions=_revisions(connection, rows))


def _ids(column: str, ids: Iterable[int | None]) -> str:
    return f"t.{column} = ANY({array(sorted({number for number in ids if number is not None}))})"


def _upto(rev: int | None) -> str:
    return "true" if rev is None else f"v.rev <= {rev:d}"


def _table(connection: Connection, name: str, table: str, where: str, rev: int | None) -> pl.DataFrame:
    """All versions of the rows of ``table`` that fit, in the columns of ``name``."""
    return _read(connection, name, f"{table} AS t", where, rev)


def _read(
    connection: Connection, name: str, source: str, where: str, rev: int | None, **columns: str
) -> pl.DataFrame:
    """``columns``: SQL for those that are not simply columns of ``t``."""
    chosen = [columns.get(column, f"t.{column}") for column in TABLES[name] if column != "rev"]
    query = f"""
        SELECT {", ".join(chosen)}, v.rev FROM {source} JOIN revision AS v ON v.change_id = t.change_id
        WHERE {where} AND {_upto(rev)} ORDER BY v.rev, 1, 2"""
    return read_frame(connection, query, TABLES[name])


def _told(connection: Connection, scope: Scope, rev: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of the members that can ever have had to do with those of ``scope``, and the answers about them."""
    if not scope.lines:
        return pl.DataFrame(schema=TABLES["lines"]), pl.DataFrame(schema=TABLES["answers"])
    lines = _lines(connection, scope, rev)
    answers = _answers(connection, lines["ref"], rev)
    near = neighbours(GraphRows(lines=lines, answers=answers), scope.lines)
    return lines.filter(pl.col("line_id").is_in(near)), answers


def _lines(connection: Connection, scope: Scope, rev: int | None) -> pl.DataFrame:
    """All versions of lines that any version gives to the members, or whose document names them; and its own."""
    members = array(scope.members)
    where = f"""t.line_id IN (
        SELECT line_id FROM care_line AS l WHERE member_id = ANY({members}) AND {known("l", rev)}
        UNION ALL
        SELECT l.line_id FROM care_line AS l JOIN document AS d USING (document_id)
        JOIN member AS m ON m.ref = d.member_ref
        WHERE l.member_id IS NULL AND m.member_id = ANY({members})
          AND {known("l", rev)} AND {known("d", rev)} AND {known("m", rev)}
        UNION ALL SELECT unnest({bigints(scope.lines)}))"""
    return _table(connection, "lines", "care_line", where, rev)


def _answers(connection: Connection, refs: pl.Series, rev: int | None) -> pl.DataFrame:
    """Answers without what the person wrote."""
    told = refs.unique().to_list()
    row = connection.execute("SELECT EXISTS (SELECT FROM answer)").fetchone()
    if not told or row is None or not row[0]:
        return pl.DataFrame(schema=TABLES["answers"])
    lines = psycopg.ClientCursor(connection).mogrify("%s::text[]", [told])
    where = f"(t.line_ref = ANY({lines}) OR t.other_ref = ANY({lines}))"
    rows = _read(connection, "answers", "answer AS t", where, rev, reason="''")
    return rows.with_columns(pl.col("reason").fill_null(""))


def _providers(connection: Connection, providers: pl.Series, rev: int | None) -> pl.DataFrame:
    return _table(connection, "providers", "provider", _ids("provider_id", providers), rev)


def _waiting(connection: Connection, lines: pl.Series, rev: int | None) -> pl.DataFrame:
    """What waited; of several rows of one change the last one counts."""
    where = f"""t.line_id = ANY({bigints(lines.unique())}) AND NOT EXISTS (
        SELECT FROM waiting AS n
        WHERE n.line_id = t.line_id AND n.change_id = t.change_id AND n.waiting_id > t.waiting_id)"""
    return _table(connection, "waiting", "waiting", where, rev)


def _tied(connection: Connection, kind: str, entries: pl.DataFrame, rev: int | None) -> pl.DataFrame:
    return _table(
        connection,
        f"{kind}_ties",
        f"{kind}_entry",
        f"t.entry_id = ANY({bigints(entries['entry_id'])})",
        rev,
    )


def _payouts(connection: Connection, payouts: pl.Series, rev: int | None) -> pl.DataFrame:
    source = """payout AS t
        LEFT JOIN member AS m ON t.payee_kind = 'member' AND m.member_id = t.payee_id AND m.version = 1
        LEFT JOIN provider AS d ON t.payee_kind = 'provider' AND d.provider_id = t.payee_id"""
    number = f"coalesce({NUMBER.replace('i.', 't.')}, '#' || t.payout_id)"
    where = f"t.payout_id = ANY({bigints(payouts.unique())})"
    return _read(connection, "payouts", source, where, rev, number=number, payee="coalesce(m.ref, d.ref)")


def _invoices(connection: Connection, invoices: pl.Series, rev: int | None) -> pl.DataFrame:
    number = f"coalesce({NUMBER.replace('i.', 't.')}, '#' || t.invoice_id)"
    where = f"t.invoice_id = ANY({bigints(invoices.unique())})"
    return _read(connection, "invoices", "invoice AS t", where, rev, number=number)


def _premiums(connection: Connection, scope: Scope, rev: int | None) -> pl.DataFrame:
    if scope.premiums is None:
        return pl.DataFrame(schema=TABLES["premiums"])
    slot = "concat_ws('.', s.level, s.component, s.tier, s.status)"
    source = "premium AS t JOIN slot AS s ON s.slot_id = t.slot_id"
    return _read(connection, "premiums", source, scope.premiums, rev, slot=slot)


def _revisions(connection: Connection, rows: GraphRows) -> pl.DataFrame:
    """The revisions that wrote any of ``rows``."""
    revs = pl.concat([getattr(rows, part.name)["rev"] for part in fields(rows)]).unique()
    query = f"""
        SELECT v.rev, to_char(v.committed_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS'),
               r.run_id, r.kind, r.code_version, r.rulebook_version
        FROM revision AS v LEFT JOIN change AS c USING (change_id) LEFT JOIN run AS r ON r.run_id = c.run_id
        WHERE v.rev = ANY({bigints(revs)}) ORDER BY v.rev"""
    return read_frame(connection, query, TABLES["revisions"])


def _act_codes(connection: Connection, rev: int | None) -> pl.DataFrame:
    """The act codes of every publication."""
    query = f"""
        SELECT a ->> 'act_code', a ->> 'family', a ->> 'basket', v.rev
        FROM rulebook_version AS t JOIN revision AS v USING (change_id),
             jsonb_array_elements(t.content -> 'care' -> 'acts') AS a
        WHERE {_upto(rev)} ORDER BY v.rev, 1"""
    return read_frame(connection, query, TABLES["act_codes"])


def _rule_lines(connection: Connection, used: pl.Series, rev: int | None) -> pl.DataFrame:
    """The lines of the rulebook with these numbers, once for every publication that holds them."""
    lists = [f"('{kind}', t.content -> 'care' -> '{name}')" for name, kind in RULE_LINES.items()]
    lists.append("('price', t.content -> 'price_lines')")
    query = f"""
        SELECT p.line_id, k.kind, p.content_key, l ->> 'valid_from', l ->> 'valid_to', l ->> 'source', v.rev
        FROM rulebook_version AS t JOIN revision AS v USING (change_id)
        CROSS JOIN LATERAL (VALUES {", ".join(lists)}) AS k (kind, lines)
        CROSS JOIN LATERAL jsonb_array_elements(k.lines) AS l
        JOIN price_line AS p ON p.content_key = l ->> 'content_key'
        WHERE p.line_id = ANY({array(sorted(set(used.to_list())))}) AND {_upto(rev)} ORDER BY v.rev, 1"""
    return read_frame(connection, query, TABLES["rule_lines"])


def _parameters(connection: Connection, entries: pl.DataFrame, rev: int | None) -> dict[str, pl.DataFrame]:
    """``parameters`` and ``rates`` of every publication, where anything was decided."""
    if entries.is_empty():
        return {}
    parameters = f"""
        SELECT p ->> 'parameter', p ->> 'valid_from', p ->> 'valid_to', p ->> 'value', p ->> 'source', v.rev
        FROM rulebook_version AS t JOIN revision AS v USING (change_id),
             jsonb_array_elements(t.content -> 'parameters') AS p
        WHERE {_upto(rev)} ORDER BY v.rev, 1, 2"""
    rates = f"""
        SELECT f ->> 'family', f ->> 'rate_parameter', v.rev
        FROM rulebook_version AS t JOIN revision AS v USING (change_id),
             jsonb_array_elements(t.content -> 'care' -> 'families') AS f
        WHERE f ->> 'rate_parameter' IS NOT NULL AND {_upto(rev)} ORDER BY v.rev, 1"""
    return {
        "parameters": read_frame(connection, parameters, TABLES["parameters"]),
        "rates": read_frame(connection, rates, TABLES["rates"]),
    }
