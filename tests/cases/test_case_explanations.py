"""Every premium of every case file explains itself: the arithmetic of its sentence gives its amount, to the cent.

The sentences are read back in both languages by a reader that knows nothing of the rules but what it reads.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from avenant.core.coverage.model import MonthPremium, PremiumVersion
from avenant.core.money import PPM, round_half_up_div
from avenant.core.wording.figures import DECIMAL, MINUS
from avenant.flows.cases import played_case, scratch_book
from avenant.flows.coverage import MonthRead, member_coverage, month_read, month_stories
from avenant.gateways.case_files import case_paths, read_case_file
from avenant.store.database import Database
from avenant.store.setup import Server
from tests.cases.sampling import sampled

ROOT = Path(__file__).parent.parent.parent
BOTH_BOOKS = {"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14", "16", "31", "90"}
FILES = [
    str(path.relative_to(ROOT))
    for path in case_paths([ROOT / "cases"])
    if path.parent.name.split("-")[0] in BOTH_BOOKS
]
FIGURE = r"(−?(?:[€$£]|[A-Z]{3}\s)?[\d.,\s\u00a0]*\d(?:\s?(?:[€$£]|[A-Z]{3}))?)"
WHOLE = re.compile(rf"(?:: |\s: ){FIGURE}(?:$|;|\s;| \+)")
SHARE = re.compile(rf"(\d+)/(\d+) × {FIGURE} = {FIGURE}")
TAX = re.compile(rf" \+ (?:tax|taxe) {FIGURE} = {FIGURE}")
PARTS = re.compile(rf"(?:employer’s part|part employeur) {FIGURE}, (?:employee’s part|part salarié) {FIGURE}")
PMSS = re.compile(rf"([\d.,]+)\s?% (?:of the|du) .*\(PMSS\) (?:of|de) {FIGURE}, ")
CURVE = re.compile(rf"{FIGURE} × (?:age factor|coefficient d’âge) ([\d.,]+)")


def cents(figure: str, language: str) -> int:
    """Read an amount back: the sign, the digits, the decimals."""
    digits = re.sub(rf"[^\d{re.escape(DECIMAL[language])}]", "", figure)
    units, decimals = digits.split(DECIMAL[language])
    assert len(decimals) == 2, figure
    return int(units + decimals) * (-1 if MINUS in figure else 1)


def scaled(figure: str, digits: int) -> int:
    whole, _, rest = figure.rstrip(",").replace(",", ".").partition(".")
    return int(whole + rest.ljust(digits, "0"))


def amount_read(sentence: str, language: str) -> int:
    """What the sentence says that the amount is, after checking each step it shows."""
    text = sentence.removesuffix(".")
    if (share := SHARE.search(text)) is not None:
        billed, month, price, result = (
            *map(int, share.group(1, 2)),
            *(cents(f, language) for f in share.group(3, 4)),
        )
        assert round_half_up_div(price * billed, month) == result, sentence
    else:
        whole = list(WHOLE.finditer(text))
        assert whole, sentence
        price = result = cents(whole[-1][1], language)
    if (tax := TAX.search(text)) is not None:
        assert result + cents(tax[1], language) == cents(tax[2], language), sentence
        result = cents(tax[2], language)
    if (pmss := PMSS.search(text)) is not None:
        assert round_half_up_div(cents(pmss[2], language) * scaled(pmss[1], 4), PPM) == price, sentence
    if (curve := CURVE.search(text)) is not None:
        assert round_half_up_div(cents(curve[1], language) * scaled(curve[2], 6), PPM) == price, sentence
    return result


def check_sentence(version: PremiumVersion, language: str) -> None:
    sentence = version.sentence
    assert ", charged " not in sentence and ", facturé " not in sentence, sentence
    assert "None" not in sentence and sentence.endswith("."), sentence
    assert amount_read(sentence, language) == version.amount_cents, sentence
    if (parts := PARTS.search(sentence)) is not None:
        employer, employee = cents(parts[1], language), cents(parts[2], language)
        assert (employer, employer + employee) == (version.employer_cents, version.amount_cents), sentence
    elif version.kind == "charge":
        assert version.employer_cents == 0, sentence
    ages = re.search(r"(?:age|âge) (\d+) (?:in|en) (\d+) \((?:born|né en|né\(e\) en) (\d+)\)", sentence)
    assert ages is None or int(ages[1]) == max(0, int(ages[2]) - int(ages[3])), sentence


def months_read(book: Database) -> dict[tuple[str, date], MonthRead]:
    """All months of all members, read over one connection."""
    query = "SELECT DISTINCT ref, month FROM premium JOIN member USING (member_id) ORDER BY ref, month"
    with book.snapshot() as connection:
        keys = connection.execute(query).fetchall()
        return {(ref, month): month_read(connection, book.url, ref, month, None) for ref, month in keys}


def check_coverage(book: Database, read: dict[tuple[str, date], MonthRead]) -> None:
    """The screen's months are the latest versions that the stories tell, and what is open adds up."""
    shown: dict[tuple[str, str, date, str], MonthPremium] = {}
    for member in sorted({member for member, _ in read}):
        if not any(key[1] == member for key in shown):
            months = [month for person in member_coverage(book, member) for month in person.premiums]
            shown |= {(month.contract, month.member, month.month, month.slot.key): month for month in months}
    for (member, month), rows in read.items():
        for story in month_stories(rows, "en"):
            latest, told = story.versions[-1], shown.pop((story.contract, member, month, story.slot.key))
            assert (told.amount_cents, told.charges) == (latest.amount_cents, len(story.versions) // 2 + 1)
            assert told.invoice == latest.invoice
            assert told.open_cents == sum(v.amount_cents for v in story.versions if v.invoice is None)
    assert not shown


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("file", sampled(FILES, 8))
def test_every_premium_explains_itself(file: str, server: Server, template: str) -> None:
    case = read_case_file(ROOT / file, name=file)
    with scratch_book(case, server) as book:
        played_case(case, book)
        read = months_read(book)
        for language in ("en", "fr"):
            for story in (story for rows in read.values() for story in month_stories(rows, language)):
                for version in story.versions:
                    check_sentence(version, language)
        check_coverage(book, read)
