"""Promise 1: no entry, settlement or fact is ever updated or deleted.

What a single statement could break is guarded by the database itself; this check looks whether every guard
stands: the triggers, enabled whatever a session sets (ENABLE ALWAYS), the constraints, and what the
application's roles may not do.

    table premium: guard append_only is disabled; restore it with ALTER TABLE premium ENABLE ALWAYS TRIGGER …
"""

from typing import Final

import polars as pl

from avenant.core.checks.finding import ERROR, Finding, listed
from avenant.core.checks.ranks import CRITICAL, ENGINEERING

NAME: Final = "append-only"
SENTENCE: Final = "Guards keep every entry, settlement and fact from being changed or deleted."
SEVERITY: Final = CRITICAL
OWNER: Final = ENGINEERING

FACTS_AND_BOOKS: Final = (
    *("contract", "member", "enrolment", "approval", "rulebook_version", "price_line", "slot"),
    *("run", "run_chunk", "run_close", "parking", "held", "premium"),
    *("invoice", "invoice_entry", "balance_movement", "change_rows"),
    *("document", "care_line", "line_amount", "answer", "provider", "provider_status", "waiting"),
    *("reimbursement", "payout", "payout_entry"),
)
RESULTS: Final = ("check_run", "check_result", "check_finding", "rerun_request")
APPEND_ONLY: Final = (*FACTS_AND_BOOKS, "change", "revision", "book_settings", *RESULTS)

UNTOUCHED: Final = (*APPEND_ONLY, "head")
"""Tables whose rows no role of the application may change or delete; the head moves only when a change is sealed."""

GUARDS: Final = {
    *((table, "append_only") for table in APPEND_ONLY),
    *((table, "own_change") for table in FACTS_AND_BOOKS),
    ("change", "seal_at_commit"),
    ("revision", "follows_the_head"),
    ("head", "forward_only"),
    ("head", "never_removed"),
    ("invoice", "numbers_without_gaps"),
    ("payout", "numbers_without_gaps"),
    ("run_chunk", "still_fresh"),
    ("person_detail", "forget_name"),
}
CONSTRAINTS: Final = {
    ("premium", "premium_key"),
    ("premium", "premium_days"),
    ("premium", "premium_sign"),
    ("reimbursement", "reimbursement_key"),
    ("reimbursement", "reimbursement_lines"),
    ("reimbursement", "reimbursement_sign"),
    ("reimbursement", "reimbursement_parts"),
    ("payout", "payout_number"),
    ("payout", "payout_pays_or_settles"),
    ("payout_entry", "payout_entry_pkey"),
    ("invoice", "invoice_number"),
    ("invoice", "invoice_kind_follows_its_total"),
    ("invoice", "invoice_due"),
    ("invoice_entry", "invoice_entry_pkey"),
    ("balance_movement", "balance_movement_invoice"),
    ("balance_movement", "balance_opening_once"),
    ("revision", "revision_pkey"),
    ("revision", "revision_change_id_key"),
    ("revision", "revision_committed_at_key"),
}
REMEDY: Final = "let the owner of the tables restore it, then verify the rows with `avenant check --chain`"


def findings(triggers: pl.DataFrame, constraints: pl.DataFrame, privileges: pl.DataFrame) -> list[Finding]:
    """Guards that are missing or weakened, constraints that are missing, privileges that should not be there.

    triggers: table_name, guard, always (fires whatever a session sets), intact (for every row or statement,
    with the function it was made with); several rows where a table has several triggers of one guard.
    constraints: table_name, name, valid. privileges: table_name, role, privilege: each one that is held.
    """
    sound = triggers.with_columns(pl.col("always", "intact").fill_null(False))
    standing = sound.group_by("table_name", "guard").agg(pl.col("always").all(), pl.col("intact").all())
    weak = standing.filter(~pl.col("always") | ~pl.col("intact"))
    weak = weak.filter(pl.struct("table_name", "guard").is_in(_wanted(GUARDS, "guard"))).sort(
        "table_name", "guard"
    )
    valid = constraints.filter(pl.col("valid").fill_null(False))
    return [
        *_absent(GUARDS, triggers, "guard"),
        *listed(NAME, weak, lambda row: f"guard {row['guard']} {_weakness(row)}; {REMEDY}"),
        *_absent(CONSTRAINTS, valid, "name"),
        *listed(NAME, privileges, lambda row: f"role {row['role']} may {row['privilege']} rows; revoke it"),
    ]


def _wanted(pairs: set[tuple[str, str]], second: str) -> pl.Series:
    rows = [{"table_name": table, second: name} for table, name in sorted(pairs)]
    return pl.Series([rows], dtype=pl.List(pl.Struct({"table_name": pl.String, second: pl.String})))


def _weakness(row: dict[str, object]) -> str:
    return (
        "is disabled, or a session can switch it off"
        if not row["always"]
        else "no longer does what it should"
    )


def _absent(wanted: set[tuple[str, str]], there: pl.DataFrame, name: str) -> list[Finding]:
    seen = set(there.select("table_name", name).iter_rows())
    kind = "guard" if name == "guard" else "constraint"
    return [
        Finding(
            NAME,
            ERROR,
            f"table {table}",
            f"{kind} {one} is missing; {REMEDY}",
            {"table_name": table, name: one},
        )
        for table, one in sorted(wanted - seen)
    ]
