"""Who was covered when, as it was known at each revision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from avenant.core.graph.rows import GraphRows
from avenant.core.graph.stretches import Row, in_force


class Covers:
    """The enrolments of ``rows`` in all versions, by contract and member."""

    def __init__(self, rows: GraphRows) -> None:
        self._known: dict[tuple[int, int], list[tuple[Row, int, int | None]]] = {}
        for row, since, until in in_force(rows.enrolments, "enrolment_id"):
            self._known.setdefault((row["contract_id"], row["member_id"]), []).append((row, since, until))

    def of(self, entry: Row, start: date, end: date) -> Iterator[str]:
        """Nodes of the enrolments that covered a day from ``start`` until before ``end``, as known at the revision
        of ``entry`` (a row of a book: contract_id, member_id, rev).
        """
        for row, since, until in self._known.get((entry["contract_id"], entry["member_id"]), []):
            then = since <= entry["rev"] and (until is None or entry["rev"] < until)
            begun = row["valid_from"] < end
            if then and begun and (row["valid_to"] is None or start < row["valid_to"]):
                yield f"enrolment:{row['ref']}"
