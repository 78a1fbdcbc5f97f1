"""Column contracts of care: what messages say, what an act is, what is decided about it.

Money is in cents, rates in ppm (70 % = 700_000). A null means that the message does not say; a 0 is said.
Example: the Sécu's return of a visit on 3 March, charged 30.00 €, base 30.00 €, rate 70 %, 2.00 € withheld,
is one line: charged 3000, base 3000, rate 700_000, secu 1900 (what it paid), retention 200.
"""

from typing import Final

import polars as pl

Columns = dict[str, type[pl.DataType]]

DOCUMENT_KINDS: Final = ("secu_return", "provider_request", "member_invoice", "other_insurer", "quote")
"""Who speaks: the compulsory scheme; a provider who asks us for its part (tiers payant); the member with a bill;
another insurer or public payer (local scheme, C2S, second insurer) with its statement; an estimate, never paid."""

EXEMPTIONS: Final = ("ald", "maternity", "c2s", "work_accident", "newborn", "other")
CARE_PATHS: Final = ("in", "out", "direct", "not_concerned")
BASKETS: Final = ("no_rac", "controlled", "free", "class_a", "class_b", "class_1", "class_2")
"""Equipment: dental baskets, optics classes A and B, hearing classes I and II."""
PAYEES: Final = ("member", "provider")
ANSWERS: Final = ("same", "different", "exception")
MEMBER_PAYEE: Final = 0
"""The payee_id of the member's own account; providers are paid under their own provider_id, from 1 on."""

DOCUMENT: Final[Columns] = {
    "document_id": pl.Int32,
    "version": pl.Int32,
    "ref": pl.String,  # the sender's own number; the same ref again is the same document, corrected
    "kind": pl.String,
    "payer": pl.String,  # who sent it: "amo", "alsace_moselle", "c2s", an insurer's or provider's code
    "payer_rank": pl.Int16,  # other_insurer only: 2 before us and public, 3 before us, 5 after us
    "member_ref": pl.String,  # as told; may name nobody we know yet
    "received_on": pl.Date,
    "paid_on": pl.Date,  # when the sender paid; null: it did not, or does not say
    "currency": pl.String,
    "withdrawn": pl.Boolean,
}
CARE_LINE: Final[Columns] = {
    "line_id": pl.Int64,  # given at first sight, kept in all versions
    "version": pl.Int32,
    "ref": pl.String,  # document ref, "#", line number
    "document_id": pl.Int32,
    "member_id": pl.Int32,  # null: the member_ref names nobody we know yet
    "kind": pl.String,  # kind, payer, payer_rank, received_on: of its document
    "payer": pl.String,
    "payer_rank": pl.Int16,
    "received_on": pl.Date,
    "act_code": pl.String,
    "family": pl.String,  # of care (see care_rules.CareFamilies); null: follows from the act code
    "care_from": pl.Date,
    "care_last_day": pl.Date,  # included; equals care_from but for stays
    "quantity": pl.Int32,  # negative together with the amounts on a line that cancels
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,  # BR, for the whole quantity
    "rate_ppm": pl.Int32,
    "secu_cents": pl.Int64,  # paid by the Sécu, after retention, as this message states
    "retention_cents": pl.Int64,  # participation forfaitaire or franchise withheld by the Sécu
    "others_cents": pl.Int64,  # other_insurer: what its sender paid; else what others paid, as stated
    "asked_cents": pl.Int64,  # provider_request: what the provider asks us for
    "exemption": pl.String,
    "care_path": pl.String,
    "provider_id": pl.Int32,
    "sector": pl.Int16,  # 1, 2; null: see provider_status
    "optam": pl.Boolean,
    "basket": pl.String,
    "location": pl.String,  # tooth "11".."85", "left", "right"
    "payee": pl.String,  # whom the sender paid, or asks us to pay
    "cancels": pl.String,  # ref of the line that this one takes back; null on a negative line: same act
    "hold": pl.String,  # why the importer does not trust it (a reason code); a person's exception releases it
    "withdrawn": pl.Boolean,
}
LINE_AMOUNT: Final[Columns] = {
    "line_id": pl.Int64,  # null: the document's own totals
    "document_id": pl.Int32,
    "version": pl.Int32,  # of the document
    "position": pl.Int32,  # 1, 2, 3 … in the order of the source
    "coding": pl.String,  # full coding, "system|code"; several joined by a space
    "amount_cents": pl.Int64,
    "currency": pl.String,
}
ANSWER: Final[Columns] = {
    "answer_id": pl.Int32,
    "version": pl.Int32,
    "ref": pl.String,
    "kind": pl.String,  # same, different: line_ref and other_ref; exception: line_ref alone
    "line_ref": pl.String,
    "other_ref": pl.String,
    "amount_cents": pl.Int64,  # exception: what we pay for the act; null: decide it in spite of the hold
    "reason": pl.String,
    "withdrawn": pl.Boolean,
}
PROVIDER_STATUS: Final[Columns] = {
    "status_id": pl.Int32,
    "version": pl.Int32,
    "ref": pl.String,
    "provider_id": pl.Int32,
    "sector": pl.Int16,
    "optam": pl.Boolean,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "withdrawn": pl.Boolean,
}

ACT: Final[Columns] = {
    "act_id": pl.Int64,  # the smallest line_id of its lines
    "member_id": pl.Int32,
    "act_code": pl.String,
    "family": pl.String,
    "care_from": pl.Date,
    "care_last_day": pl.Date,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,  # from the Sécu, else as other messages state it; null: from the tariff
    "rate_ppm": pl.Int32,
    "secu_cents": pl.Int64,  # after retention; null: nobody said, to be computed
    "retention_cents": pl.Int64,
    "others_cents": pl.Int64,  # of payers that come before us, each counted once; 0 when there are none
    "asked_cents": pl.Int64,  # null: no provider asks us
    "exemption": pl.String,
    "care_path": pl.String,
    "provider_id": pl.Int32,
    "sector": pl.Int16,
    "optam": pl.Boolean,
    "basket": pl.String,
    "location": pl.String,
    "told_by_secu": pl.Boolean,  # a Sécu return stands behind base, rate and secu
    "lines": pl.Int16,  # messages behind it, duplicates and cancelled ones included
    "cancelled": pl.Boolean,  # everything that was told was taken back
    "exception_cents": pl.Int64,  # a person decided what we pay; null: the rules decide
}
LINK: Final[Columns] = {
    "act_id": pl.Int64,
    "line_id": pl.Int64,
    "role": pl.String,  # basis, payer, request, invoice, duplicate, cancelled, cancellation
}
WAITING: Final[Columns] = {
    "line_id": pl.Int64,  # of an act: its act_id
    "member_id": pl.Int32,
    "reason": pl.String,  # a code of core.claims.reasons
    "candidates": pl.String,  # refs of lines, in order, separated by spaces; null: none
    "keeps_booked": pl.Boolean,  # what was booked for it stands until it is decided
}
