"""A paper as a PDF, A4, set by typst: the frame that all papers share, then the template of its kind.

A template receives finished texts as JSON values, never as markup: `#`, `*` or `@` in a name are only
letters. The date in the file is the issue date, so the same paper gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import font_source_sans_pro
import typst

from avenant.core.wording.paper import Paper

SHARED_LABELS = ("page", "page_of", "issued_by", "issued_to", "sum_row", "simulated")


def typeset(
    kind: str, payload: dict[str, Any], format: Literal["pdf", "png"], ppi: float | None = None
) -> list[bytes]:
    """The pages (one PDF, or one picture per page) of a paper of `kind` (its template is `<kind>.typ`)."""
    result: Any = typst.compile(
        _template(kind),
        font_paths=_fonts(),
        format=format,
        ppi=ppi,
        sys_inputs={"paper": json.dumps(payload, ensure_ascii=False)},
    )
    return result if isinstance(result, list) else [result]


@cache
def _fonts() -> typst.Fonts:
    """The fonts of this machine and ours, looked for once per process."""
    return typst.Fonts(font_paths=[font_source_sans_pro.font_directory])


@cache
def _template(kind: str) -> bytes:
    folder = files("avenant.gateways.documents")
    return b"\n".join(folder.joinpath(f"{name}.typ").read_bytes() for name in ("frame", kind))


def frame_payload(paper: Paper, labels: Sequence[str]) -> dict[str, Any]:
    """The texts of the frame, amounts written, and the words named in `labels`."""
    issued, amount = paper.issue_date, paper.voice.amount
    return {
        "language": paper.voice.language,
        "date": [issued.year, issued.month, issued.day],
        "labels": {name: paper.voice.say(name) for name in (*SHARED_LABELS, *labels)},
        "title": paper.title,
        "subtitle": paper.subtitle,
        "simulated": paper.simulated,
        "zero": amount(0),
        "marks": paper.marks,
        "issuer": paper.issuer,
        "addressee": paper.addressee,
        "facts": paper.facts,
        "totals": [{"label": t.label, "amount": amount(t.cents), "weight": t.weight} for t in paper.totals],
        "notes": paper.notes,
    }
