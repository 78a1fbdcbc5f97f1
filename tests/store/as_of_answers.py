"""What every reader says, now or as of a revision: asked after each step of a story, and again in the end."""

from dataclasses import fields
from datetime import date

import polars as pl
from polars.testing import assert_frame_equal

from avenant.core.book.entries import PREMIUMS, REIMBURSEMENTS
from avenant.core.claims.model import CareTerms
from avenant.core.frames.care import DOCUMENT
from avenant.core.premiums import Facts
from avenant.flows.nightly_care import expected_care
from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers import care, care_as_told, paying
from avenant.store.readers.acts import decided_acts, unadopted_lines
from avenant.store.readers.as_told import balances_as_told, entries_as_told, invoices_as_told
from avenant.store.readers.books import latest_entries
from avenant.store.readers.events import decisions_of, former_lines
from avenant.store.readers.facts import EVERYBODY, approvals_of, facts_of, member_families
from avenant.store.readers.graph import Scope, graph_rows
from avenant.store.readers.history import premium_history
from avenant.store.readers.invoices import invoice_list
from avenant.store.readers.known import latest
from avenant.store.readers.payouts import payout_document, payout_list
from avenant.store.readers.rulebooks import NothingPublished, published
from avenant.store.readers.runs import held_differences, parked_families
from avenant.store.readers.settling import balances, open_entries, settled_entries

Answers = dict[str, pl.DataFrame]


def premium_answers(connection: Connection, contracts: list[int], end: date, rev: int | None) -> Answers:
    """What each reader of premiums says. contracts: those to ask about; end: the last month."""
    facts = facts_of(connection, EVERYBODY, rev)
    answers = {
        "contracts": facts.contracts,
        "members": facts.members,
        "enrolments": facts.enrolments,
        "families": member_families(connection, rev),
        "approvals": approvals_of(connection, rev),
        "latest premiums": latest_entries(connection, PREMIUMS, end, rev=rev),
        "entries": entries_as_told(connection, rev),
        "parked": parked_families(connection, rev=rev),
        "held": held_differences(connection, rev),
        "invoices": invoice_list(connection, rev=rev),
        "numbered": invoices_as_told(connection, rev),
        "open entries": open_entries(connection, contracts, end, False, [], rev),
        "settled": settled_entries(connection, rev),
        "balances": balances(connection, contracts, rev),
        "balances told": pl.DataFrame([balances_as_told(connection, rev)]),
    }
    if len(facts.contracts):
        ref = facts.contracts["ref"].sort()[0]
        answers["history"] = premium_history(connection, contract=ref, rev=rev)
    try:
        in_force = published(connection, rev)
        answers["slots"] = in_force.slots
        answers["prices"] = in_force.rulebook.price_lines.with_columns(version=pl.lit(in_force.version))
    except NothingPublished:
        pass
    return answers


def care_answers(connection: Connection, opens: date, rev: int | None) -> Answers:
    """What each reader of care says, and what the rules make of it. opens: the first month of the book."""
    facts = facts_of(connection, EVERYBODY, rev)
    members = facts.members["member_id"]
    lines = care.lines_of(connection, members, rev)
    documents = read_frame(connection, latest("document", "document_id", DOCUMENT, rev), DOCUMENT)
    return {
        "documents": documents,
        "lines": lines,
        "lines called": care.lines_called(connection, lines["ref"].to_list(), rev),
        "former lines": former_lines(connection, lines["line_id"], rev),
        "adopted lines": care.adopted_lines(connection, members, rev),
        "lines of nobody": unadopted_lines(connection, rev),
        "people's answers": care.answers_for(connection, lines["ref"], rev),
        "statuses": care.statuses_of(connection, lines["provider_id"], rev),
        "waiting": care.waiting_everywhere(connection, rev),
        "waiting of members": care.waiting_of(connection, members, rev),
        "latest reimbursements": latest_entries(connection, REIMBURSEMENTS, rev=rev),
        "acts": decided_acts(connection, rev=rev),
        "decisions": decisions_of(connection, members, rev),
        **_as_told(connection, rev),
        **_paid(connection, rev),
        **_recomputed(connection, facts, opens, rev),
        **_of_the_graph(connection, members, rev),
    }


def _as_told(connection: Connection, rev: int | None) -> Answers:
    return {
        "decisions told": care_as_told.decisions_as_told(connection, rev),
        "waiting told": care_as_told.waiting_as_told(connection, rev),
        "payouts told": care_as_told.payouts_as_told(connection, rev),
        "payout lines told": care_as_told.payout_lines_as_told(connection, rev),
        "debts told": pl.DataFrame([care_as_told.debts_as_told(connection, rev)]),
    }


def _paid(connection: Connection, rev: int | None) -> Answers:
    payees = paying.open_payees(connection, [], rev)
    listed = payout_list(connection, rev=rev)
    statements = [
        payout_document(connection, name, rev).entries for name in listed["number"].drop_nulls()[-2:]
    ]
    return {
        "payouts": listed,
        "open payees": payees,
        "open reimbursements": paying.open_reimbursements(connection, payees, [], rev),
        "debts": paying.debts(connection, rev),
        "statements": pl.concat(statements) if statements else pl.DataFrame(),
    }


def _recomputed(connection: Connection, facts: Facts, opens: date, rev: int | None) -> Answers:
    rules = published(connection, rev).rulebook
    found = expected_care(connection, None, facts, CareTerms(rules.care, rules.parameters), opens, rev)
    return {
        "tariffs": rules.care.tariffs,
        "expected reimbursements": found.rows,
        "expected to wait": found.waiting,
        "moved acts": found.moved.to_frame(),
    }


def _of_the_graph(connection: Connection, members: pl.Series, rev: int | None) -> Answers:
    told = connection.execute("SELECT DISTINCT line_id FROM care_line ORDER BY line_id").fetchall()
    lines = tuple(line for (line,) in told)
    rows = graph_rows(connection, Scope(tuple(members), lines, premiums="true"), rev)
    return {f"graph: {field.name}": getattr(rows, field.name) for field in fields(rows)}


def assert_same_rows(found: Answers, expected: Answers, rev: int) -> None:
    """Errors: AssertionError naming the first reader that answers otherwise than before."""
    assert set(found) == set(expected)
    for name, rows in expected.items():
        try:
            assert_frame_equal(found[name], rows, check_row_order=name == "entries")
        except AssertionError as error:
            raise AssertionError(f"{name} as of revision {rev}: {error}") from None


def silent_readers(known: list[Answers]) -> set[str]:
    """Readers that never had anything to say: the story proves nothing about them."""
    seen = {name for answers in known for name in answers}
    return {name for name in seen if all(answers.get(name, pl.DataFrame()).is_empty() for answers in known)}
