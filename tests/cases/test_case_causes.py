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
KNOWN: dict[str, set[str]] = {}
"""File -> what, version: kinds, numbers and versions of the news, where more than one piece arrived."""


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
        if cause.looked_at == 1:
            assert len(cause.arrived) == 1
    several = {named(*one) for one in found if one[1].looked_at > 1}
    print(file, sorted(several), *sorted({cause.sentence for _, cause in found}), sep="\n  ")
    assert several == KNOWN.get(file, several)
