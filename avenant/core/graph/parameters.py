"""The dated amounts and rates of the law that decisions count with: the monthly ceiling, what is withheld, caps.

A visit of March 2025 decided by the tariff: 2.00 € are withheld by ``participation_forfaitaire_cents``, valid since
15 May 2024.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from avenant.core.claims.reasons import decoded
from avenant.core.graph.model import Node
from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row, Versions, in_force, said, then, versions
from avenant.core.rulebook.care_model import CONTENT_COLUMNS

CEILING = "pmss_cents"
WITHHELD = {
    "pharmacy": "franchise_medicine_cents",
    "paramedical": "franchise_paramedical_cents",
    "transport": "franchise_transport_cents",
}
"""Beginning of a family of care -> what is withheld of its acts."""
BECAUSE = {
    "outside_path": "outside_path_increase_share_ppm",
    "non_optam_cap": "non_optam_cap_share_of_br_ppm",
    "hearing_cap": "hearing_aid_class2_total_cap_cents",
}
"""Reason of a decision -> the parameter that it counts with, whatever the care."""


@dataclass(slots=True)
class Parameters:
    """The parameters that decisions stand on. ``used``: node -> the revision of the first decision that does."""

    rows: GraphRows
    used: dict[str, int] = field(default_factory=dict)
    _lines: Versions = field(default_factory=dict)
    _codes: Versions = field(default_factory=dict)
    _rates: Versions = field(default_factory=dict)
    _measured: set[int] = field(default_factory=set)
    _known: dict[str, list[tuple[Row, int, int | None]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay out what is asked for each decision."""
        rows = self.rows
        self._lines = versions(rows.lines, "line_id", "family", "act_code")
        self._codes = versions(rows.act_codes, "act_code", "family")
        self._rates = versions(rows.rates, "family", "parameter")
        lines = rows.rule_lines.select("line_id", "kind", "content_key").iter_rows()
        self._measured = {line for line, kind, key in lines if _of_the_ceiling(kind, key)}
        for state in in_force(rows.parameters, "parameter", "valid_from"):
            self._known.setdefault(state[0]["parameter"], []).append(state)

    def of(self, entry: Row) -> Iterator[str]:
        """The nodes of what ``entry`` (a charge of the book) counts with, as published then and valid on its day."""
        for name in self._names(entry):
            for row, since, until in self._known.get(name, []):
                told = since <= entry["rev"] and (until is None or entry["rev"] < until)
                ended = row["valid_to"] is not None and row["valid_to"] <= entry["care_date"]
                if told and row["valid_from"] <= entry["care_date"] and not ended:
                    node = _called(row)
                    self.used[node] = min(entry["rev"], self.used.get(node, entry["rev"]))
                    yield node

    def _names(self, entry: Row) -> Iterator[str]:
        reasons, family = decoded(entry["reasons"]), self._family(entry)
        if {entry["guarantee_line_id"], entry["envelope_line_id"]} & self._measured:
            yield CEILING
        yield from (parameter for reason, parameter in BECAUSE.items() if reason in reasons)
        if "optics_cap" in reasons and family == "optics_frame":
            yield "optics_frame_cap_cents"
        if "told_by_secu" in reasons:
            return
        if "participation" in reasons:
            yield "participation_forfaitaire_cents"
        if "franchise" in reasons:
            yield from (name for start, name in WITHHELD.items() if family.startswith(start))
        if "by_tariff" in reasons:
            yield from then(self._rates, family, entry["rev"])

    def _family(self, entry: Row) -> str:
        """The family of care of the act, as told and published then."""
        told = then(self._lines, entry["act_id"], entry["rev"]) or (None, None)
        family, code = told
        return str(family or next(iter(then(self._codes, code, entry["rev"])), ""))

    def nodes(self) -> Iterator[Node]:
        """Every parameter that was used, from its first use on."""
        for row, since, until in (state for states in self._known.values() for state in states):
            first = self.used.get(_called(row))
            if first is not None and (until is None or first < until):
                yield _parameter(row, max(first, since), until)


def _of_the_ceiling(kind: str, key: str) -> bool:
    if kind not in CONTENT_COLUMNS:
        return False
    said = dict(zip(CONTENT_COLUMNS[kind], key.split("|")[1:], strict=False))
    return bool(said.get("pmss_ppm"))


def _called(row: Row) -> str:
    return f"parameter:{row['parameter']}/{row['valid_from']:%Y-%m-%d}"


def _parameter(row: Row, since: int, until: int | None) -> Node:
    amount = row["value"] if row["parameter"].endswith("_cents") else None
    rate = (("rate_ppm", row["value"]),) if row["parameter"].endswith("_ppm") else ()
    return Node(
        _called(row),
        "parameter",
        f"parameter {row['parameter']}",
        *(since, until),
        amount_cents=amount,
        fields=(*rate, *said(row, ("source",))),
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )
