"""The invariants I4, I6, I7 and I8 for care: reimbursements, what waits, and payouts.

Like those of premiums they look at the tables themselves, without the program's own checks.
"""

from datetime import date

import polars as pl

from avenant.core.book.entries import REIMBURSEMENTS
from avenant.core.claims.model import CareTerms
from avenant.core.premiums import Facts
from avenant.flows.nightly_care import ExpectedCare, expected_care
from avenant.store.database import Connection, Database
from avenant.store.frames import read_frame
from avenant.store.readers.books import latest_entries
from avenant.store.readers.care import waiting_everywhere
from avenant.store.readers.facts import EVERYBODY, facts_of
from avenant.store.readers.rulebooks import published
from avenant.store.readers.runs import parked_families

SHOWN = 3
KEY = ", ".join(REIMBURSEMENTS.key)
EXPLAINED = f"({', '.join(REIMBURSEMENTS.explanation)})::text"

VERSIONS = f"""
    SELECT {KEY} FROM (
        SELECT *, row_number() OVER w AS place, lag(amount_cents) OVER w AS before, lag({EXPLAINED}) OVER w AS why
        FROM reimbursement WINDOW w AS (PARTITION BY {KEY} ORDER BY version)) AS r
    WHERE version <> place OR (version % 2 = 0 AND (amount_cents <> -before OR {EXPLAINED} <> why))
    UNION SELECT {KEY} FROM reimbursement GROUP BY {KEY}
    HAVING max(version) % 2 = 0 OR sum(amount_cents) <> (array_agg(amount_cents ORDER BY version DESC))[1]"""

REGRESSED = f"""
    SELECT {KEY}, version, read_rev, read_before FROM (
        SELECT r.*, k.read_rev, lag(k.read_rev) OVER (PARTITION BY {KEY} ORDER BY version) AS read_before
        FROM reimbursement AS r LEFT JOIN run_chunk AS k USING (change_id)) AS r
    WHERE read_rev IS NULL OR read_rev < read_before"""

# A family is called by its head: whoever was paid for a member belonged to that family once.
SETTLED_TWICE = """
    SELECT entry_id FROM payout_entry GROUP BY entry_id HAVING count(*) > 1
    UNION SELECT t.entry_id FROM payout_entry AS t LEFT JOIN reimbursement AS r USING (entry_id)
          LEFT JOIN payout AS o USING (payout_id)
          WHERE CASE o.payee_kind WHEN 'provider' THEN r.payee_id IS DISTINCT FROM o.payee_id
                WHEN 'member' THEN r.payee_id IS DISTINCT FROM 0 OR NOT EXISTS (
                    SELECT FROM member AS m WHERE m.member_id = r.member_id AND m.family_id = o.payee_id)
                ELSE true END"""
WRONG_TOTAL = """
    SELECT o.payout_id FROM payout AS o LEFT JOIN payout_entry AS t USING (payout_id)
    LEFT JOIN reimbursement AS r USING (entry_id) GROUP BY o.payout_id
    HAVING o.total_cents IS DISTINCT FROM sum(r.amount_cents) OR o.entries <> count(r.entry_id)"""
NUMBER_GAPS = """
    SELECT series, year, number FROM (SELECT *, row_number() OVER w AS place, lag(issue_date) OVER w AS before
        FROM payout WHERE number IS NOT NULL WINDOW w AS (PARTITION BY series, year ORDER BY number)) AS o
    WHERE number <> place OR issue_date < before"""

VIOLATIONS = {
    "I4 versions of reimbursements": VERSIONS,
    "I6 reimbursement from older facts": REGRESSED,
    "I8 reimbursement paid twice, or to another payee": SETTLED_TWICE,
    "I8 payout is not the sum of its entries": WRONG_TOTAL,
    "I8 numbers of payouts": NUMBER_GAPS,
}
"""Queries that find nothing, each with the sentence for what they find."""


def i7_care_equals_a_recompute(book: Database) -> list[str]:
    """The latest reimbursements, and what waits, are those of one recompute of everybody but parked families.

    What was booked for an act that waits stands until somebody decides, also under a number that it had before.
    """
    with book.snapshot() as connection:
        parked = parked_members(connection)
        expected = expected_care_of_all(connection, book.settings().opens, parked)
        booked = latest_entries(connection, REIMBURSEMENTS).filter(pl.col("lines") > 0)
        waiting = waiting_everywhere(connection)
    booked = booked.filter(~pl.col("act_id").is_in(expected.standing.implode())).select(
        REIMBURSEMENTS.expected
    )
    return [
        *unequal("reimbursement", booked, expected.rows, parked),
        *unequal("waiting line", waiting, expected.waiting, parked),
    ]


def standing_acts(book: Database) -> list[int]:
    """Acts for which what was booked stands: those that wait, by every number that they may have had."""
    with book.snapshot() as connection:
        expected = expected_care_of_all(connection, book.settings().opens, parked_members(connection))
    return expected.standing.to_list()


def parked_members(connection: Connection) -> pl.DataFrame:
    """Members of parked families (column member_id), also those who have left them since."""
    families = parked_families(connection)["family_id"].to_list()
    query = "SELECT DISTINCT member_id FROM member WHERE family_id = ANY(%s::int[])"
    return read_frame(connection, query, {"member_id": pl.Int32}, [families])


def expected_care_of_all(connection: Connection, opens: date, parked: pl.DataFrame) -> ExpectedCare:
    """One recompute of the care of all members but the parked ones, from the opening of the book on."""
    rulebook = published(connection).rulebook
    facts = facts_of(connection, EVERYBODY)
    members = facts.members.join(parked, on="member_id", how="anti")
    unparked = Facts(facts.contracts, members, facts.enrolments)
    terms = CareTerms(rulebook.care, rulebook.parameters)
    return expected_care(connection, None, unparked, terms, opens)


def unequal(name: str, booked: pl.DataFrame, expected: pl.DataFrame, parked: pl.DataFrame) -> list[str]:
    """Rows of members who are not parked that only one side has, at most three each, as sentences."""
    mine, theirs = (
        set(rows.select(booked.columns).join(parked, on="member_id", how="anti").iter_rows())
        for rows in (booked, expected)
    )
    return [
        *(f"I7 {name} booked, not expected: {row}" for row in sorted(mine - theirs, key=repr)[:SHOWN]),
        *(f"I7 {name} expected, not booked: {row}" for row in sorted(theirs - mine, key=repr)[:SHOWN]),
    ]
