"""The invariants I1 to I9 that hold after every fault, each a function from a book to findings.

A finding is a sentence; no finding, no problem. They are written without the program's own checks, which are
run beside them: the same property on two paths.
"""

from collections.abc import Callable

from avenant.core.book.entries import PREMIUMS
from avenant.core.premiums import expected_premiums
from avenant.core.premiums.model import terms
from avenant.flows import nightly
from avenant.flows.checking import run_checks
from avenant.store.database import Database
from avenant.store.readers.books import latest_entries
from avenant.store.readers.facts import EVERYBODY, facts_of
from avenant.store.readers.rulebooks import published
from avenant.store.readers.runs import held_differences, parked_families
from tests.faults import care_invariants
from tests.faults.scenarios import Scenario
from tests.faults.witness import Witness

STAMPED = (
    *("contract", "member", "enrolment", "approval", "rulebook_version", "price_line", "slot", "run"),
    *("run_chunk", "run_close", "parking", "held", "premium", "invoice", "invoice_entry", "balance_movement"),
    *("document", "care_line", "line_amount", "answer", "provider", "provider_status", "waiting"),
    *("reimbursement", "payout", "payout_entry", "change_rows"),
)
FOR_EVER = 100_000
COUNTED = ("premium", "invoice", "document", "care_line", "waiting", "reimbursement", "payout")

GAPS = """
    SELECT rev FROM (SELECT rev, rev - lag(rev, 1, 0::bigint) OVER w AS step,
                            committed_at <= lag(committed_at) OVER w AS back
                     FROM revision WINDOW w AS (ORDER BY rev)) AS r WHERE step <> 1 OR back"""
BROKEN_CHAIN = """
    SELECT rev FROM (SELECT r.*, lag(digest, 1, '\\x00'::bytea) OVER (ORDER BY rev) AS previous
                     FROM revision AS r) AS r
    WHERE digest <> revision_digest(previous, rev, committed_at, change_id)"""
HEAD_ELSEWHERE = """
    SELECT h.rev FROM head AS h LEFT JOIN revision AS r USING (rev, committed_at, digest)
    WHERE r.rev IS NULL OR h.rev <> (SELECT max(rev) FROM revision)"""
UNCOUNTED = """
    SELECT change_id, coalesce(c.row_count, 0), coalesce(t.rows, 0)
    FROM (SELECT change_id, row_count FROM change_rows WHERE table_name = '{table}') AS c
    FULL JOIN (SELECT change_id, count(*) AS rows FROM {table} GROUP BY change_id) AS t USING (change_id)
    WHERE c.row_count IS DISTINCT FROM t.rows"""

VERSIONS = """
    SELECT contract_id, member_id, month, slot_id FROM (
        SELECT *, row_number() OVER w AS place, lag(amount_cents) OVER w AS before, lag(covered_days) OVER w AS days
        FROM premium WINDOW w AS (PARTITION BY contract_id, member_id, month, slot_id ORDER BY version)) AS p
    WHERE version <> place OR (version % 2 = 0 AND (amount_cents <> -before OR covered_days <> days))
    UNION SELECT contract_id, member_id, month, slot_id FROM premium
    GROUP BY contract_id, member_id, month, slot_id
    HAVING max(version) % 2 = 0 OR sum(amount_cents) <> (array_agg(amount_cents ORDER BY version DESC))[1]"""

REGRESSED = """
    SELECT contract_id, member_id, month, slot_id, version, read_rev, read_before FROM (
        SELECT p.*, k.read_rev, lag(k.read_rev) OVER
               (PARTITION BY contract_id, member_id, month, slot_id ORDER BY version) AS read_before
        FROM premium AS p LEFT JOIN run_chunk AS k USING (change_id)) AS p
    WHERE read_rev IS NULL OR read_rev < read_before"""

SETTLED_TWICE = """
    SELECT entry_id FROM invoice_entry GROUP BY entry_id HAVING count(*) > 1
    UNION SELECT t.entry_id FROM invoice_entry AS t LEFT JOIN premium AS p USING (entry_id)
          LEFT JOIN invoice AS i USING (invoice_id) WHERE p.contract_id IS DISTINCT FROM i.contract_id"""
WRONG_TOTAL = """
    SELECT i.invoice_id FROM invoice AS i LEFT JOIN invoice_entry AS t USING (invoice_id)
    LEFT JOIN premium AS p USING (entry_id) GROUP BY i.invoice_id
    HAVING i.total_cents IS DISTINCT FROM sum(p.amount_cents) OR i.entries <> count(p.entry_id)"""
NUMBER_GAPS = """
    SELECT series, year, number FROM (SELECT *, row_number() OVER w AS place, lag(issue_date) OVER w AS before
        FROM invoice WHERE number IS NOT NULL WINDOW w AS (PARTITION BY series, year ORDER BY number)) AS i
    WHERE number <> place OR issue_date < before"""
WRONG_BALANCE = """
    SELECT c.contract_id FROM (SELECT DISTINCT contract_id FROM contract) AS c
    WHERE (SELECT coalesce(sum(due_cents - total_cents), 0) FROM invoice AS i WHERE i.contract_id = c.contract_id)
       <> (SELECT coalesce(sum(amount_cents), 0) FROM balance_movement AS b
           WHERE b.contract_id = c.contract_id AND kind <> 'opening')"""

# Members whose differences are held or whose family is parked are left out: their book waits, on purpose.
WRONG_DAYS = """
    WITH fact AS (SELECT DISTINCT ON (enrolment_id) * FROM enrolment ORDER BY enrolment_id, version DESC),
    covered AS (
        SELECT f.contract_id, f.member_id, f.plan, date_trunc('month', d)::date AS month, count(*) AS days
        FROM fact AS f, LATERAL generate_series(
            greatest(f.valid_from, %(opens)s::date), least(f.valid_to - 1, %(last)s::date), interval '1 day') AS d
        WHERE NOT f.withdrawn GROUP BY 1, 2, 3, 4),
    latest AS (SELECT DISTINCT ON (contract_id, member_id, month, slot_id) * FROM premium
               ORDER BY contract_id, member_id, month, slot_id, version DESC),
    booked AS (
        SELECT contract_id, member_id, plan, month, component, sum(covered_days) AS days, sum(billed_days) AS billed
        FROM latest JOIN slot USING (slot_id) GROUP BY 1, 2, 3, 4, 5)
    SELECT contract_id, member_id, month, c.days, b.days, b.billed
    FROM covered AS c FULL JOIN booked AS b USING (contract_id, member_id, plan, month)
    WHERE (coalesce(c.days, 0) <> coalesce(b.days, 0) OR coalesce(b.billed, 0) <> coalesce(b.days, 0))
      AND member_id <> ALL (%(waiting)s)"""


def listed(book: Database, sentence: str, query: str, parameters: object = None) -> list[str]:
    """One finding with the first rows that a query for violations returns."""
    with book.connect() as connection:
        rows = connection.execute(query, parameters).fetchall()  # type: ignore[call-overload]
    return [f"{sentence}: {len(rows)} rows, first {rows[:3]}"] if rows else []


def i3_revisions_follow_each_other(book: Database) -> list[str]:
    """Revisions gapless, instants increasing, the chain verifies, its counts are right."""
    return [
        *listed(book, "I3 revision out of order", GAPS),
        *listed(book, "I3 broken chain", BROKEN_CHAIN),
        *listed(book, "I3 head is not the last revision", HEAD_ELSEWHERE),
        *(
            finding
            for table in COUNTED
            for finding in listed(
                book, f"I3 rows of {table} are not what their change counted", UNCOUNTED.format(table=table)
            )
        ),
    ]


def i4_versions_alternate(book: Database) -> list[str]:
    """Versions 1..n, cancels mirror, everything before the latest row sums to 0."""
    return listed(book, "I4 versions", VERSIONS)


def i5_every_row_has_a_revision(book: Database) -> list[str]:
    """No row without a revision."""
    return [
        finding
        for table in STAMPED
        for finding in listed(
            book,
            f"I5 rows of {table} without a revision",
            f"SELECT change_id FROM {table} LEFT JOIN revision AS r USING (change_id) WHERE r.rev IS NULL",
        )
    ]


def i6_no_older_facts_over_newer(book: Database) -> list[str]:
    """A later version of a key never comes from facts read earlier."""
    return listed(book, "I6 version from older facts", REGRESSED)


def i8_settled_once(book: Database) -> list[str]:
    """Each entry in at most one settlement, totals are sums, numbers have no gap, balances add up."""
    return [
        *listed(book, "I8 entry settled twice or elsewhere", SETTLED_TWICE),
        *listed(book, "I8 total is not the sum of its entries", WRONG_TOTAL),
        *listed(book, "I8 numbers", NUMBER_GAPS),
        *listed(book, "I8 balance", WRONG_BALANCE),
    ]


def i9_days_are_accounted_for(book: Database, scenario: Scenario) -> list[str]:
    """Every covered day of every member is in the book, counted day by day, and billed (all plans: by days)."""
    values = {"opens": book.settings().opens, "last": scenario.night, "waiting": waiting_members(book)}
    return listed(book, "I9 days (contract, member, month, covered, booked, billed)", WRONG_DAYS, values)


def waiting_members(book: Database) -> list[int]:
    """Members whose book waits for a person: parked, or held."""
    with book.connect() as connection:
        held = held_differences(connection)["member_id"].to_list()
        families = parked_families(connection)["family_id"].to_list()
        rows = connection.execute("SELECT member_id FROM member WHERE family_id = ANY(%s)", [families])
        return held + [member for (member,) in rows]


def i7_book_equals_a_recompute(book: Database, scenario: Scenario) -> list[str]:
    """The latest rows are those of one recompute of everybody; a run after the run writes nothing."""
    month = scenario.night.replace(day=1)
    with book.snapshot() as connection:
        rulebook = published(connection)
        priced = terms(rulebook.rulebook, rulebook.slots, book.settings().opens, month)
        expected = expected_premiums(facts_of(connection, EVERYBODY), priced).rows
        booked = latest_entries(connection, PREMIUMS, month, "covered_days > 0")
        gone = latest_entries(connection, PREMIUMS, month).filter(covered_days=0).select(PREMIUMS.key)
    booked = booked.join(gone, on=PREMIUMS.key, how="anti")
    waiting = waiting_members(book)
    mine, theirs = (
        set(rows.filter(~rows["member_id"].is_in(waiting)).select(PREMIUMS.expected).iter_rows())
        for rows in (booked, expected)
    )
    found = [f"I7 booked, not expected: {row}" for row in sorted(mine - theirs)[:3]]
    found += [f"I7 expected, not booked: {row}" for row in sorted(theirs - mine)[:3]]
    again = nightly.run(book, scenario.night, chunk_families=31)
    if again.written_rows:
        found.append(f"I7 a second run wrote {again.written_rows} rows")
    return found


OF_A_BOOK: tuple[Callable[[Database], list[str]], ...] = (
    i3_revisions_follow_each_other,
    i4_versions_alternate,
    i5_every_row_has_a_revision,
    i6_no_older_facts_over_newer,
    i8_settled_once,
)


def broken_invariants(
    book: Database, scenario: Scenario, witness: Witness | None = None, known: tuple[str, ...] = ()
) -> list[str]:
    """The findings of all nine; the first two need a witness of what was acknowledged and answered.

    The program's own checks have to find nothing either, but for those that are `known` to have to. Lines may wait
    for as long as they like: that is for people to answer.
    """
    found = witness.contradictions() if witness is not None else []
    found += care_invariants.i7_care_equals_a_recompute(book)
    found += i7_book_equals_a_recompute(book, scenario)
    found += i9_days_are_accounted_for(book, scenario)
    found += [finding for invariant in OF_A_BOOK for finding in invariant(book)]
    for sentence, query in care_invariants.VIOLATIONS.items():
        found += listed(book, sentence, query)
    checked = run_checks(book, waiting_days=FOR_EVER).results
    broken = [result for result in checked if bool(result.errors) != (result.name in known)]
    return found + [f"avenant check: {result.errors} findings of {result.name}" for result in broken]
