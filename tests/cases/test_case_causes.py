"""The cause of every amount that any case file replaces, in either book, is found and is the known one.

Where a single piece of news lies between two versions it must be the cause; where several do, the cause that a reader
of the case would name is written down here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from avenant.core.why.model import Cause
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.why_acts import act_causes
from avenant.flows.why_premiums import premium_causes
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.cases.sampling import sampled

ROOT = Path(__file__).parent.parent.parent
FILES = [str(path.relative_to(ROOT)) for path in case_paths([ROOT / "cases"])]
KNOWN: dict[str, set[str]] = {
    "cases/02-late-news/moved-to-another-contract.yaml": {
        "M1 2026-01 v3: enrolment:E1v2",
    },
    "cases/03-families-and-children/older-child-joins-late.yaml": {
        "K1 2026-01 v3: member:K2v1 enrolment:E3v1",
    },
    "cases/05-prices/plan-change-mid-month.yaml": {
        "M1 2026-04 v3: enrolment:E1v2",
    },
    "cases/10-portability/learnt-late.yaml": {
        "M1 2026-02 v3: enrolment:E1v2",
        "M1 2026-03 v3: enrolment:E1v2",
    },
    "cases/14-retroactivity/approved-in-part.yaml": {
        "M1 2026-03 v3: enrolment:E1v2 approval:1v1",
        "M1 2026-04 v3: enrolment:E1v2",
        "M1 2026-05 v3: enrolment:E1v2",
        "M1 2026-06 v3: enrolment:E1v2",
    },
    "cases/14-retroactivity/too-far-back-is-held.yaml": {
        "M1 2026-02 v3: enrolment:E1v2 approval:1v1",
        "M1 2026-03 v3: enrolment:E1v2 approval:1v1",
    },
    "cases/21-messages-and-matching/messages-contradict.yaml": {
        "D1#1 member v3: document:D1v2",
    },
    "cases/31-retroactive-rights/moved-to-another-contract.yaml": {
        "D1#1 member v3: enrolment:E1v2 enrolment:E2v1",
        "M1 2025-02 v3: enrolment:E1v2",
        "M1 2025-03 v3: enrolment:E1v2",
    },
    "cases/32-payouts/debt-larger-than-new-care.yaml": {
        "D1#1 member v3: document:D1v2",
        "D2#1 member v3: document:D2v2",
    },
    "cases/35-care-time-travel/as-known-then.yaml": {
        "D1#1 member v5: document:D1v2",
    },
    "cases/90-reference/kb-065-two-gaps.yaml": {
        "M1 2014-01 v3: enrolment:E1v2 enrolment:E3v1 enrolment:E2v1",
    },
    "cases/90-reference/kb-074-suspended-over-a-month-end.yaml": {
        "M1 2014-01 v3: enrolment:E1v2",
        "M1 2014-02 v3: enrolment:E1v2 enrolment:E2v1",
    },
    "cases/90-reference/kb-083-several-partial-repairs.yaml": {
        "M1 2012-05 v3: enrolment:E1v2",
        "M1 2012-05 v3: enrolment:E2v2",
    },
    "cases/90-reference/lago-07-upgraded-in-a-leap-february.yaml": {
        "M1 2024-02 v3: enrolment:E1v2",
    },
    "cases/90-reference/met-04-changed-on-the-first-day.yaml": {
        "M1 2025-01 v3: enrolment:E1v2",
    },
    "cases/90-reference/met-07-several-changes-at-once.yaml": {
        "M1 2025-04 v3: enrolment:E1v2",
    },
    "cases/90-reference/om-03-change-after-the-invoice.yaml": {
        "M1 2024-01 v3: enrolment:E1v2",
    },
}
"""File -> what, version: kinds, numbers and versions of the news, where more than one piece arrived. Read from the
stories of the files: who left, who came, which paper was told anew."""


PREMIUMS = """
    SELECT DISTINCT ref, month, p.version FROM premium AS p JOIN member USING (member_id)
    WHERE p.version > 1 AND p.version % 2 = 1 ORDER BY ref, month, p.version"""
ACTS = """
    SELECT DISTINCT l.ref, r.act_id, r.version
    FROM reimbursement AS r JOIN care_line AS l ON l.line_id = r.act_id AND l.version = 1
    WHERE r.version > 1 AND r.version % 2 = 1 ORDER BY l.ref, r.version"""


def causes_of(book: Database) -> Iterator[tuple[str, Cause]]:
    """The causes of all versions that replaced another, under what is replaced."""
    with book.connect() as connection:
        premiums, acts = connection.execute(PREMIUMS).fetchall(), connection.execute(ACTS).fetchall()
    for ref, month, version in premiums:
        for slot in premium_causes(book, ref, month, version=version):
            yield from ((f"{ref} {month:%Y-%m}", cause) for cause in slot.causes)
    for ref, act, version in acts:
        for payee in act_causes(book, str(act), version=version):
            yield from ((f"{ref} {payee.payee}", cause) for cause in payee.causes)


def named(what: str, cause: Cause) -> str:
    news = " ".join(f"{told.kind}:{told.ref}v{told.version}" for told in cause.arrived)
    return f"{what} v{cause.version}: {news}"


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 6))
def test_the_cause_of_every_change_is_the_known_one(file: str, server: Server, template: str) -> None:
    case = read_case_file(ROOT / file, name=file)
    with scratch_book(case, server) as book:
        played_case(case, book)
        found = list(causes_of(book))
    for what, cause in found:
        assert cause.found == "news", f"{named(what, cause)}: {cause.sentence}"
        assert cause.arrived and "None" not in cause.sentence and "{" not in cause.sentence
        assert cause.adds_up, f"{named(what, cause)}: {cause.moved}, {cause.code_cents}"
        if cause.looked_at == 1:
            assert len(cause.arrived) == 1
    several = {named(*one) for one in found if one[1].looked_at > 1}
    print(file, sorted(several), *sorted({cause.sentence for _, cause in found}), sep="\n  ")
    assert several == KNOWN.get(file, set())
