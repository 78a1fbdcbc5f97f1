"""What a pseudonymised copy holds: every table of the books, numbers and amounts as they are, nobody recognisable.

for table in COPIED: copy_query(table) -> SELECT … with the references of people and papers replaced

Left out are personal details, free text, requests, findings and who wrote what. A reference becomes a number in the
order of the references, since rules break ties by it: M000000012, D000000345#2. Birth dates stay: prices need them.
It is pseudonymised and not anonymous, and still data about health.
"""

from __future__ import annotations

from typing import Final

LINE: Final = "regexp_replace({0}, '#[^#]*$', '')"
"""The document in the reference of a line: ``D-0001`` of ``D-0001#2``."""
TOKENS: Final[dict[str, tuple[str, str]]] = {
    "c": ("C", "SELECT ref FROM contract"),
    "m": ("M", "SELECT ref FROM member UNION SELECT member_ref FROM document"),
    "e": ("E", "SELECT ref FROM enrolment"),
    "p": ("P", "SELECT ref FROM provider UNION SELECT payer FROM document UNION SELECT payer FROM care_line"),
    "s": ("S", "SELECT ref FROM provider_status"),
    "a": ("A", "SELECT ref FROM answer"),
    "d": (
        "D",
        " UNION ".join(
            [
                "SELECT ref FROM document",
                *(
                    f"SELECT {LINE.format(column)} FROM {table}"
                    for table, column in (
                        ("care_line", "ref"),
                        ("care_line", "cancels"),
                        ("answer", "line_ref"),
                        ("answer", "other_ref"),
                    )
                ),
            ]
        ),
    ),
}
"""Kind of reference -> what its pseudonyms begin with, and where all of them stand."""
PUBLIC_PAYERS: Final = ("amo", "alsace_moselle", "c2s")

REPLACED: Final[dict[str, dict[str, str]]] = {
    "contract": {"ref": "c"},
    "member": {"ref": "m"},
    "enrolment": {"ref": "e"},
    "provider": {"ref": "p"},
    "provider_status": {"ref": "s"},
    "document": {"ref": "d", "member_ref": "m", "payer": "payer"},
    "care_line": {"ref": "line", "cancels": "line", "payer": "payer"},
    "answer": {"ref": "a", "line_ref": "line", "other_ref": "line", "reason": "blank"},
    "waiting": {"candidates": "lines"},
    "change": {"actor": "actor", "reason": "blank", "xid": "no_xid"},
    "parking": {"reason": "blank"},
    "run": {"options": "no_options"},
    "book_settings": {"clock": "simulated", "issuer": "actor", "series": "series"},
    "invoice": {"series": "series"},
    "payout": {"series": "series"},
}
"""Table -> column -> what stands in its place: a kind of TOKENS, a line of a document, or a constant of CONSTANTS."""
CONSTANTS: Final = {
    "blank": "CASE WHEN {0} IS NULL THEN NULL ELSE '' END",
    "actor": "'pseudonymised'",
    "no_xid": "'0'",
    "no_options": "'{{}}'",
    "simulated": "'simulated'",
    "series": "'PS'",
}
KEPT: Final[dict[str, frozenset[str]]] = {
    "answer": frozenset({"kind"}),
    "balance_movement": frozenset({"kind"}),
    "care_line": frozenset(
        {"kind", "act_code", "family", "exemption", "care_path", "basket", "location", "payee", "hold"}
    ),
    "contract": frozenset({"kind", "cycle"}),
    "document": frozenset({"kind"}),
    "enrolment": frozenset({"plan", "level", "basis"}),
    "invoice": frozenset({"kind"}),
    "line_amount": frozenset({"coding"}),
    "member": frozenset({"role"}),
    "parking": frozenset({"state"}),
    "payout": frozenset({"payee_kind"}),
    "premium": frozenset({"kind"}),
    "price_line": frozenset({"content_key"}),
    "reimbursement": frozenset({"kind"}),
    "rulebook_version": frozenset({"version", "content"}),
    "run": frozenset({"kind", "code_version", "rulebook_version"}),
    "run_close": frozenset({"status", "counts"}),
    "slot": frozenset({"plan", "level", "component", "tier", "status"}),
    "waiting": frozenset({"state", "reason"}),
}
"""Table -> columns of text that are copied: codes of the rules and of the program, never a person's words."""
COPIED: Final = (
    *("book_settings", "head", "change", "revision", "run", "run_chunk", "run_close", "rulebook_version"),
    *("price_line", "slot", "contract", "member", "enrolment", "approval", "provider", "provider_status"),
    *(
        "document",
        "care_line",
        "line_amount",
        "answer",
        "premium",
        "reimbursement",
        "invoice",
        "invoice_entry",
    ),
    *("balance_movement", "payout", "payout_entry", "parking", "held", "waiting"),
)
LEFT_OUT: Final = frozenset(
    {
        *("person_detail", "person_name", "rerun_request", "check_run", "check_result", "check_finding"),
        *("change_rows", "simulated_clock"),
    }
)
"""Tables of the store that no copy holds: personal details, what people asked and were told, digests of the rows."""


def copy_query(table: str, columns: list[str]) -> str:
    """A query of all rows of ``table`` with ``columns`` in their order, nobody recognisable in them."""
    replaced = REPLACED.get(table, {})
    needed: dict[str, None] = {}
    joins, values = [], []
    for number, column in enumerate(columns):
        kind = replaced.get(column)
        if kind is None:
            values.append(f"t.{column}")
        elif kind in CONSTANTS:
            values.append(CONSTANTS[kind].format(f"t.{column}"))
        elif kind == "lines":
            needed["d"] = None
            values.append(_several(f"t.{column}"))
        else:
            value, join, token = _replaced(kind, f"t.{column}", f"j{number}")
            needed[token] = None
            values.append(value)
            joins.append(join)
    ctes = ", ".join(f"{kind} AS MATERIALIZED ({_tokens(kind)})" for kind in needed)
    begins = f"WITH {ctes} " if needed else ""
    return f"{begins}SELECT {', '.join(values)} FROM {table} AS t {' '.join(joins)}"


def _replaced(kind: str, column: str, alias: str) -> tuple[str, str, str]:
    """The value that stands for ``column``, the join that finds it, and the kind of token it takes."""
    if kind == "line":
        suffix = f"coalesce(substring({column} from '#[^#]*$'), '')"
        join = f"LEFT JOIN d AS {alias} ON {alias}.ref = {LINE.format(column)}"
        return f"{alias}.token || {suffix}", join, "d"
    if kind == "payer":
        public = ", ".join(f"'{name}'" for name in PUBLIC_PAYERS)
        value = f"CASE WHEN {column} IN ({public}) THEN {column} ELSE {alias}.token END"
        return value, f"LEFT JOIN p AS {alias} ON {alias}.ref = {column}", "p"
    return f"{alias}.token", f"LEFT JOIN {kind} AS {alias} ON {alias}.ref = {column}", kind


def _several(column: str) -> str:
    """Lines named one after the other with blanks between."""
    return f"""(SELECT string_agg(d.token || coalesce(substring(u.ref from '#[^#]*$'), ''), ' ' ORDER BY u.place)
        FROM unnest(string_to_array({column}, ' ')) WITH ORDINALITY AS u(ref, place)
        JOIN d ON d.ref = {LINE.format("u.ref")})"""


def _tokens(kind: str) -> str:
    begins, everywhere = TOKENS[kind]
    number = 'row_number() OVER (ORDER BY ref COLLATE "C")'
    return (
        f"SELECT ref, '{begins}' || lpad(({number})::text, 9, '0') AS token "
        f"FROM (SELECT DISTINCT ref FROM ({everywhere}) AS every WHERE ref IS NOT NULL) AS once"
    )
