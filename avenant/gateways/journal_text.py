"""The plain-text journal that hledger reads: accounts, one transaction per movement, amounts to the cent.

2026-02-28 premium 17 | Zoe 2026-02 version 1  ; rev:9
    assets:premiums to invoice:C2       50.00 EUR
    income:premiums                    -44.14 EUR
    liabilities:taxes on premiums       -5.86 EUR
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

Posting = tuple[str, int]
SPECIAL = re.compile(r"[:;|\s]+")
ACCOUNTS = (
    *("assets:premiums to invoice", "assets:receivable", "assets:bank"),
    *("liabilities:balances", "liabilities:taxes on premiums", "liabilities:reimbursements to pay"),
    *("income:premiums", "expenses:reimbursements", "equity:opening balances"),
)


def of_contract(account: str, contract: str) -> str:
    """The account of one contract below ``account``; what means something to hledger becomes a dash."""
    return f"{account}:{SPECIAL.sub('-', contract)}" if contract else account


def amount_text(cents: int, currency: str) -> str:
    """-1234.56 EUR"""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d} {currency}"


def header_lines(title: str, currencies: Iterable[str]) -> Iterator[str]:
    """What stands above all transactions: what this is, how amounts are written, the accounts."""
    yield f"; {title}"
    yield from (f"commodity 1000.00 {currency}" for currency in sorted(currencies))
    yield from (f"account {account}" for account in ACCOUNTS)
    yield ""


def transaction_lines(
    on: date, title: str, comment: str, currency: str, postings: Iterable[Posting]
) -> Iterator[str]:
    """One transaction; postings of nothing are left out, unless all are."""
    moving = [posting for posting in postings if posting[1]]
    yield f"{on.isoformat()} {' '.join(title.replace(';', ',').split())}  ; {comment}"
    yield from (f"    {account}  {amount_text(cents, currency)}" for account, cents in moving)
    yield ""
