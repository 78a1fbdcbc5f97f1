"""Reason codes: fixed bits, texts for three readers in two languages, and nothing that the code says is unknown."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from avenant.core.claims import reasons
from avenant.core.claims.reason_model import LANGUAGES, READERS
from avenant.core.claims.reasons import DECISIONS, LIMITS, REASONS, WAITS, bit_of, decoded, limit_named, told

CLAIMS = Path(reasons.__file__).parent
BITS = (
    *("not_covered", "portability", "several_contracts", "cancelled", "told_by_secu", "by_tariff", "no_base"),
    *("full_cover", "outside_path", "participation", "franchise", "retention_exempt", "secu_capped"),
    *(
        "others_first",
        "nothing_left",
        "not_guaranteed",
        "guarantee_reached",
        "price_limit",
        "price_limit_unknown",
    ),
    *("responsible_minimum", "no_rest_to_pay", "non_optam_cap", "optics_cap", "hearing_cap"),
    *("daily_charge_absorbed", "patient_share_absorbed", "envelope_amount", "envelope_count", "renewal"),
    *("exception", "exception_capped", "to_provider", "asked_more"),
)
"""The codes by their bits. Append; never change the place of one."""


def test_the_bit_of_a_code_never_changes() -> None:
    assert [bit_of(code) for code in BITS] == list(range(len(BITS)))
    assert set(BITS) == set(DECISIONS)
    assert len(BITS) <= 62


def test_bits_are_decoded_in_their_order() -> None:
    assert decoded((1 << bit_of("participation")) | (1 << bit_of("told_by_secu"))) == [
        "told_by_secu",
        "participation",
    ]
    assert decoded(0) == []


def test_codes_are_unique_and_those_to_wait_for_have_no_bit() -> None:
    assert not set(DECISIONS) & set(WAITS)
    assert all(reason.bit is None for reason in WAITS.values())
    assert len(REASONS) >= 24


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_speaks_to_three_readers_in_two_languages(code: str) -> None:
    texts = [told(code, reader, language) for reader in READERS for language in LANGUAGES]
    assert all(len(text) > 15 and text.endswith(".") for text in texts)
    assert told(code, "member", "fr") != told(code, "member", "en")


def test_a_code_that_is_not_ours_is_told_as_it_is() -> None:
    assert told("amounts_contradict_total", "care", "en") == "amounts contradict total"


def test_limits_have_names_and_numbers() -> None:
    assert [limit_named(number) for number in range(9)] == list(LIMITS)
    with pytest.raises(ValueError, match="99 is no limit kind"):
        limit_named(99)


TELLING = ("waiting", "explained", "first_of", "with_bits")


def codes_given(path: Path) -> set[str]:
    """The keywords of waiting(frame, code=…) and explained(frame, code=…), and of the same as expressions."""
    calls = (
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    )
    told_by = [call for call in calls if getattr(call.func, "id", "") in TELLING]
    return {word.arg for call in told_by for word in call.keywords if word.arg}


def test_every_reason_that_the_steps_give_is_known() -> None:
    used = {code for path in (CLAIMS / "adjudication").glob("*.py") for code in codes_given(path)}
    assert used <= set(REASONS)
    assert len(used) > 25
