"""A contract, an invoice and a payout as pages: what they say, the files of them, who is named, and when."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
import pytest

from avenant.store.database import Database
from avenant.store.readers.invoices import NUMBER

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.xdist_group("desk")

Enter = Callable[..., "Client"]
PART = {"headers": {"HX-Request": "true"}}


def one(book: Database, query: str) -> tuple[str, ...]:
    """The first row of a query, as texts."""
    with book.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None, query
    return tuple(str(value) for value in row)


def largest_invoice(book: Database, order: str = "DESC") -> tuple[str, ...]:
    """Number, contract and day of the company invoice with the most (or fewest) entries."""
    return one(
        book,
        f"""SELECT {NUMBER}, c.ref, i.issue_date FROM invoice AS i JOIN contract AS c USING (contract_id)
            WHERE c.version = 1 AND i.number IS NOT NULL AND c.kind = 'company'
            ORDER BY i.entries {order}, 1 LIMIT 1""",
    )


def named_invoice(book: Database) -> tuple[str, ...]:
    """Number of an individual's invoice, with the number and the name of somebody on it."""
    return one(
        book,
        f"""SELECT {NUMBER}, m.ref, d.value FROM invoice AS i JOIN contract AS c USING (contract_id)
            JOIN invoice_entry USING (invoice_id) JOIN premium AS p USING (entry_id)
            JOIN member AS m ON m.member_id = p.member_id AND m.version = 1 AND m.role = 'primary'
            JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
            WHERE c.kind = 'individual' AND i.number IS NOT NULL ORDER BY 1 LIMIT 1""",
    )


def paid(book: Database, kind: str = "member") -> tuple[str, ...]:
    """Number, day and act of the largest payout to a member or a provider."""
    return one(
        book,
        f"""SELECT {NUMBER}, i.issue_date, r.act_id FROM payout AS i JOIN payout_entry USING (payout_id)
            JOIN reimbursement AS r USING (entry_id)
            WHERE i.number IS NOT NULL AND i.payee_kind = '{kind}' ORDER BY i.entries DESC, 1 LIMIT 1""",
    )


def text_of(client: Client, path: str, **request: object) -> str:
    answer = client.get(path, **request)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_a_contract_shows_people_premium_invoices_and_balance(enter: Enter, played_book: Database) -> None:
    number, contract, _ = largest_invoice(played_book)
    shown = text_of(enter("care"), f"/contracts/{contract}")
    for words in ("People by family", "Invoices", "Adjustments waiting", "Movements of the balance"):
        assert words in shown
    assert f"/invoices/{number}" in shown
    assert re.search(r'href="/members/[^"]+/premiums/\d{4}-\d\d/why" data-why', shown)
    assert re.search(r'href="/members/[^"]+/care"', shown) and re.search(
        r'href="/members/[^"]+/cover"', shown
    )


def test_the_filter_of_a_contract_is_never_an_address(enter: Enter, played_book: Database) -> None:
    _, contract, _ = largest_invoice(played_book)
    ref, name = one(
        played_book,
        f"""SELECT m.ref, d.value FROM enrolment AS e JOIN contract AS c USING (contract_id)
            JOIN member AS m ON m.member_id = e.member_id AND m.version = 1 AND m.role = 'primary'
            JOIN person_detail AS d ON d.member_id = m.member_id AND d.kind = 'name'
            WHERE c.ref = '{contract}' AND e.valid_to IS NULL LIMIT 1""",
    )
    asked = {"filter": name.lower()}
    found = enter("care").post(f"/contracts/{contract}", asked).content.decode()
    assert f"/members/{ref}/cover" in found and "1 family" in found
    assert quote(name.lower()) not in "".join(re.findall(r'(?:href|hx-post|action)="[^"]*"', found))
    hidden = enter("engineering").post(f"/contracts/{contract}", asked).content.decode()
    assert "0 families" in hidden, "who may not see names must not find people by them"
    assert "1 family" in enter("engineering").post(f"/contracts/{contract}", {"filter": ref}).content.decode()


def test_the_next_invoice_is_shown_as_it_would_be_issued(enter: Enter, played_book: Database) -> None:
    _, contract, issued = largest_invoice(played_book)
    client = enter("operations")
    early = text_of(client, f"/contracts/{contract}/next-invoice?month={issued[:7]}&known_at={issued[:8]}15")
    assert "Amount due" in early and "/premiums/" in early and "/lines/" not in early
    assert "Next invoice, " in text_of(client, f"/contracts/{contract}/next-invoice")
    assert client.get(f"/contracts/{contract}/next-invoice?month=soon").status_code == 400


def test_every_line_of_an_invoice_opens_to_its_entries(enter: Enter, played_book: Database) -> None:
    number, contract, _ = largest_invoice(played_book)
    client = enter("care")
    shown = text_of(client, f"/invoices/{number}")
    assert f"Invoice {number}" in shown and f"/contracts/{contract}" in shown and "Amount due" in shown
    lines = re.findall(rf'hx-get="(/invoices/{number}/lines/\d+)"', shown)
    assert len(lines) == len(set(lines)) > 1
    part = text_of(client, lines[0], **PART)
    assert "<html" not in part and "data-why" in part
    alone = text_of(client, lines[0])
    assert f"Back to {number}" in alone and "Origin" not in alone
    assert "Origin" in text_of(enter("engineering"), lines[0])
    assert "data-why" not in text_of(client, f"/invoices/{number}", **PART)


def test_entries_of_a_payout_lead_to_the_act(enter: Enter, played_book: Database) -> None:
    for kind in ("member", "provider"):
        number, _, act = paid(played_book, kind)
        client = enter("claims")
        shown = text_of(client, f"/payouts/{number}")
        assert number in shown and f"/acts/{act}/why" in shown and "Transfer" in shown
        line = re.findall(rf'hx-get="(/payouts/{number}/lines/\d+)"', shown)[0]
        assert "/acts/" in text_of(client, line, **PART)
        assert re.search(r'href="/members/[^"]+/care/\d+"', shown)


@pytest.mark.parametrize("paper", ["invoices", "payouts"])
def test_files_open_as_what_they_are(paper: str, enter: Enter, played_book: Database) -> None:
    number = (largest_invoice if paper == "invoices" else paid)(played_book)[0]
    files = {}
    for form, ending in (("pdf", "pdf"), ("xlsx", "xlsx"), ("csv", "csv"), ("json", "json"), ("text", "txt")):
        answer = enter("care").get(f"/{paper}/{number}/file/{form}")
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == f'attachment; filename="{number}.{ending}"'
        files[form] = answer.content
    assert files["pdf"].startswith(b"%PDF-") and b"%%EOF" in files["pdf"][-64:]
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(files["xlsx"])).namelist()
    assert len(list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))) > 1
    told = json.loads(files["json"])
    assert told["invoice" if paper == "invoices" else "payout"]["number"] == number
    assert number in files["text"].decode()
    assert enter("care").get(f"/{paper}/{number}/file/docx").status_code == 404


def test_nobody_is_named_to_a_role_that_may_not_see_names(enter: Enter, played_book: Database) -> None:
    number, ref, name = named_invoice(played_book)
    assert name in text_of(enter("care"), f"/invoices/{number}")
    assert name in text_of(enter("care"), f"/invoices/{number}/file/text")
    for path in ("", "/lines/1", "/file/text", "/file/json", "/file/csv"):
        seen = text_of(enter("engineering"), f"/invoices/{number}{path}")
        assert name not in seen, path
    assert ref in seen


def test_a_paper_is_unknown_before_it_was_issued(enter: Enter, played_book: Database) -> None:
    client = enter("care")
    for kind, (number, issued) in {
        "invoices": largest_invoice(played_book)[::2],
        "payouts": paid(played_book)[:2],
    }.items():
        before = (
            f"known_at={int(issued[:4]) - 1}-12-31" if issued[5:7] == "01" else f"known_at={issued[:8]}01"
        )
        assert client.get(f"/{kind}/{number}?{before}").status_code == 404
        later = text_of(client, f"/{kind}/{number}?known_at={issued}T23:59")
        assert "You are looking at what was known" in later and "known_at=" in later


@pytest.mark.parametrize(
    "path",
    [
        *("/contracts/nobody", "/contracts/nobody/next-invoice", "/invoices/AV-1999-000001", "/invoices/x"),
        *("/invoices/%2399999999999", "/payouts/x", "/payouts/x/file/pdf", "/invoices/x/lines/1"),
    ],
)
def test_an_unknown_number_is_a_page_that_says_so(path: str, enter: Enter) -> None:
    answer = enter("care").get(path)
    assert answer.status_code == 404 and b"<h1>" in answer.content


def test_a_line_that_is_none_is_a_page_that_says_so(enter: Enter, played_book: Database) -> None:
    number = largest_invoice(played_book)[0]
    assert enter("care").get(f"/invoices/{number}/lines/99999").status_code == 404


def test_the_administrator_sees_no_money(enter: Enter, played_book: Database) -> None:
    number, contract, _ = largest_invoice(played_book)
    for path in (f"/contracts/{contract}", f"/invoices/{number}", f"/invoices/{number}/file/pdf"):
        assert enter("administrator").get(path).status_code == 403


def test_queries_do_not_grow_with_the_paper(
    enter: Enter, played_book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("execute", "copy"):
        original = getattr(psycopg.Cursor, name)

        def counted(self: object, query: object, *a: object, _original=original, **k: object) -> object:
            asked.append(str(query))
            return _original(self, query, *a, **k)

        monkeypatch.setattr(psycopg.Cursor, name, counted)
    client = enter("care")

    def queries(path: str) -> int:
        text_of(client, path)
        asked.clear()
        text_of(client, path)
        return len(asked)

    few, many = largest_invoice(played_book, "ASC"), largest_invoice(played_book)
    assert queries(f"/invoices/{few[0]}") == queries(f"/invoices/{many[0]}") <= 40
    assert queries(f"/contracts/{few[1]}") == queries(f"/contracts/{many[1]}") <= 40
    assert queries(f"/payouts/{paid(played_book)[0]}") <= 40
