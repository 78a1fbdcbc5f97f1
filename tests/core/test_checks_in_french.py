"""Whatever a check can say of a finding is said in French, too: its templates are read from its own source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from avenant.core import checks
from avenant.core.checks.in_french import message_in_french, place_in_french

FOLDER = Path(checks.__file__).parent
OTHER = {"__init__", "french", "phrases", "in_french", "ranks", "telling", "subject", "finding", "day_count"}
FILES = sorted(path for path in FOLDER.glob("*.py") if path.stem not in OTHER)
NAMED = {"SENTENCE", "CARE_SENTENCE"}
COMPOSED = {
    "7 7 is missing; 7": "guard append_only is missing; x",
    "has entries, but was never enrolled in this contract: the entries or the enrolments were changed": (
        "has entries, but was never enrolled in this contract: the entries or the enrolments were changed around the "
        "guards"
    ),
    "7 around the guards": "its rows name no run",
    "7 to 7": "a change of 5.00 in 2026-01 to 2026-03 waits for an approval",
    "a change of 7 in 7 waits for an approval": "a change of 5.00 in 2026-01 to 2026-03 waits for an approval",
    "7 7 → 7": "the book says 5.00, a fresh recompute 4.00 (covered_days 30 → 12); x",
    "the number of entries": "the number of entries is 3, its entries make 2",
    "7 is 7, its entries make 7": "the employer's part is 5.00, its entries make 4.00",
    "the employer's part": "the employer's part is 5.00, its entries make 4.00",
    "7 entries 7": "it holds 2 entries that do not exist",
    "that do not exist": "it holds 2 entries that do not exist",
    "of another contract": "it holds 2 entries of another contract",
    "of a later month": "it holds 2 entries of a later month",
    "the 7 of 7 is 7 by its rate, the entry says 7": "the tax of 54.60 is 0.70 by its rate, the entry says 0.00",
    "7: it moved 7 7; after the 7 runs before it, 7 would be usual": (
        "nightly: it moved 9.00 EUR; after the 5 runs before it, at most 2.00 would be usual"
    ),
    "at most 7": "nightly: it moved 9.00 EUR; after the 5 runs before it, at most 2.00 would be usual",
    "at least 7": "invoices: it moved 9.00 EUR; after the 5 runs before it, at least 2.00 would be usual",
}
"""Pieces that make up a sentence -> a sentence made of them."""


def templates(path: Path) -> Iterator[str]:
    """Every text of a check that a person may read: blanks filled with 7, docstrings and its promise left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner, silent = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(part) for part in ast.walk(node) if part is not node}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in NAMED:
            silent |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in inner | silent:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("{}", "7")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_of_a_check_has_its_french(path: Path) -> None:
    said = [text for text in templates(path) if len(text.split()) > 2 and not text.startswith("act 7")]
    whole = [COMPOSED.get(text, text) for text in said]
    assert [text for text in whole if message_in_french(text) == text and place_in_french(text) == text] == []


def test_blanks_are_told_as_the_french_write_them() -> None:
    assert (
        message_in_french("1,234.56 are due since 2026-05-03 and left out of invoices: a family is parked")
        == "1\u202f234,56 sont dus depuis le 03/05/2026 et laissés hors des factures : une famille est écartée"
    )
    assert message_in_french(
        "its digest does not follow from what it says it wrote: who, when or what was changed; restore the rows of "
        "this revision from a backup and verify again"
    ).startswith("son empreinte ne découle pas de ce qu’elle dit avoir écrit : qui, quand")
    assert (
        message_in_french("the total is 5.00, its entries make 4.00; the tax is 1.00, its entries make 0.50")
        == "le total est de 5,00, ses écritures font 4,00 ; la taxe est de 1,00, ses écritures font 0,50"
    )
    assert message_in_french("it holds 2 entries that do not exist and 1 entries of another contract") == (
        "il contient 2 écritures qui n’existent pas et 1 écritures d’un autre contrat"
    )
    assert message_in_french("something nobody foresaw") == "something nobody foresaw"


def test_places_are_told_in_french() -> None:
    assert place_in_french("contract C2, member Zoe, June 2026, version 3") == (
        "contrat C2, assuré Zoe, juin 2026, version 3"
    )
    assert place_in_french("balance movement 7") == "mouvement de solde 7"
    assert place_in_french("the check itself") == "le contrôle lui-même"
