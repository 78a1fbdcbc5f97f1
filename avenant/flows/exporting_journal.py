"""Both books as a plain-text journal, so that an independent program can add them up.

with open("book.journal", "w") as file:
    write_journal(Database(url), file.write)
"""

from collections.abc import Callable

from avenant.gateways.journal_text import Posting, header_lines, of_contract, transaction_lines
from avenant.store.database import Connection, Database
from avenant.store.readers.checking import contract_called
from avenant.store.readers.journal import Movement, movements

TO_INVOICE, RECEIVABLE, BANK = "assets:premiums to invoice", "assets:receivable", "assets:bank"
BALANCES, TAXES, TO_PAY = (
    "liabilities:balances",
    "liabilities:taxes on premiums",
    "liabilities:reimbursements to pay",
)
INCOME, EXPENSES, OPENING = "income:premiums", "expenses:reimbursements", "equity:opening balances"


def write_journal(
    db: Database, write: Callable[[str], object], contract: str | None = None, rev: int | None = None
) -> int:
    """Write the journal as known at ``rev`` (None: now), of all or of one contract; how many transactions.

    Entries stand on the day on which they were booked, invoices and payouts on their own date. Of one contract there
    are no payouts: they belong to payees. Errors: LookupError for an unknown contract.
    """
    with db.snapshot() as connection:
        contract_id = None if contract is None else contract_called(connection, contract)
        for line in header_lines(_title(contract, rev), _currencies(connection)):
            write(line + "\n")
        written = 0
        for movement in movements(connection, contract_id, rev):
            postings = POSTINGS[movement.kind](movement)
            if not any(cents for _, cents in postings):
                continue
            title = f"{movement.kind} {movement.number} | {movement.what}"
            comment = f"rev:{movement.rev}"
            for line in transaction_lines(movement.on, title, comment, movement.currency, postings):
                write(line + "\n")
            written += 1
    return written


def _title(contract: str | None, rev: int | None) -> str:
    of = "premiums and reimbursements" if contract is None else f"contract {contract}"
    return f"avenant: {of}, as known " + ("now" if rev is None else f"at revision {rev}")


def _currencies(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT currency FROM contract UNION SELECT currency FROM payout ORDER BY 1")
    return [currency for (currency,) in rows]


def _premium(one: Movement) -> list[Posting]:
    """What a contract will be invoiced, the tax in it, and the rest, which is ours."""
    return [
        (of_contract(TO_INVOICE, one.contract), one.amount_cents),
        (INCOME, one.tax_cents - one.amount_cents),
        (TAXES, -one.tax_cents),
    ]


def _invoice(one: Movement) -> list[Posting]:
    """Above 0 it is due, but for the balance that it uses; below 0 it adds to the balance."""
    due = max(one.amount_cents, 0) - one.used_cents
    return [
        (of_contract(RECEIVABLE, one.contract), due),
        (of_contract(BALANCES, one.contract), one.used_cents + min(one.amount_cents, 0)),
        (of_contract(TO_INVOICE, one.contract), -one.amount_cents),
    ]


def _opening(one: Movement) -> list[Posting]:
    return [(OPENING, one.amount_cents), (of_contract(BALANCES, one.contract), -one.amount_cents)]


def _reimbursement(one: Movement) -> list[Posting]:
    return [(of_contract(EXPENSES, one.contract), one.amount_cents), (TO_PAY, -one.amount_cents)]


def _payout(one: Movement) -> list[Posting]:
    return [(TO_PAY, one.amount_cents), (BANK, -one.amount_cents)]


POSTINGS: dict[str, Callable[[Movement], list[Posting]]] = {
    "premium": _premium,
    "invoice": _invoice,
    "opening": _opening,
    "reimbursement": _reimbursement,
    "payout": _payout,
}
"""Kind of movement -> its postings, which sum to 0; assets and expenses rise above 0, the rest falls below."""
