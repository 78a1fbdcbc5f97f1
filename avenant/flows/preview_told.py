"""A preview of the whole book as plain values, which reports and pages tell on and a process can hand to another."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from avenant.flows.previewing_book import BookPreview

FRAMES: Final = (
    *("plans", "months", "reasons", "steps", "largest", "sample", "totals", "failing", "released", "waiting"),
)


def fields(seen: BookPreview) -> dict[str, Any]:
    """The preview as JSON values; amounts in cents, days as ISO, without our own ids."""
    tally = seen.tally
    return {
        "business_date": seen.business_date.isoformat(),
        "read_rev": seen.read_rev,
        "rulebook_version": seen.rulebook_version,
        "code_version": seen.code_version,
        "families": tally.families,
        "expected_rows": tally.expected_rows,
        "expected_acts": tally.expected_acts,
        "charges": tally.charges,
        "cancels": tally.cancels,
        "held": len(tally.held.filter(tally.held["months"] > 0)) if len(tally.held) else 0,
        "breaker_would_stop": seen.stopped,
        "seconds": seen.seconds,
        **{name: _rows(getattr(seen, name)) for name in FRAMES},
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    kept = frame.drop("contract_id", "member_id", "family_id", strict=False)
    return [{name: _plain(value) for name, value in row.items()} for row in kept.to_dicts()]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
