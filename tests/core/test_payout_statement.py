"""The statement before it has a format: one line per act, sums to the cent, each amount explained."""

from __future__ import annotations

import string
from dataclasses import astuple, replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from avenant.core.frames.care_rules import CARE_FAMILIES
from avenant.core.payouts.care_names import NAMES
from avenant.core.payouts.lines import PayoutDoesNotAddUp, payout_lines
from avenant.core.payouts.statement import Statement, StatementLine, Waterfall, statement
from avenant.core.payouts.words import EN, FR
from tests.strategies.payouts import (
    EMMA,
    NOT_COVERED,
    PARTICIPATION,
    Entry,
    chain,
    decision,
    entries_of,
    family,
    gone,
    header_of,
    provider,
)

NB = "\u00a0"


def of(*chains: list[Entry], language: str = "en", **header: Any) -> Statement:
    entries = entries_of(*chains)
    return statement(header_of(entries, **header), entries, language)


def lines_of(document: Statement) -> list[StatementLine]:
    return [line for member in document.members for line in member.lines]


def only_line(*chains: list[Entry], **header: Any) -> StatementLine:
    (line,) = lines_of(of(*chains, **header))
    return line


def totals(document: Statement) -> dict[str, int]:
    return {row.key: row.cents for row in document.totals}


def test_a_visit_says_who_pays_what_and_why() -> None:
    line = only_line(chain(decision(reasons=PARTICIPATION)))
    assert line.waterfall == Waterfall(30_00, 19_00, 0, 9_00, 2_00, 2_00)
    assert (line.title, line.detail, line.day) == ("Consultation · G", "DR-1 · D1#1", "3 June 2026")
    assert line.explanation == (
        "The Sécu pays 70% of its price €30.00: €21.00, €2.00 of it withheld; we pay all that is left: €9.00. "
        "The flat participation withheld by the Sécurité sociale stays with you."
    )


def test_the_same_in_french() -> None:
    line = only_line(chain(decision()), language="fr")
    assert line.explanation == (
        f"La Sécu prend en charge 70{NB}% de son tarif 30,00{NB}€{NB}: 21,00{NB}€, dont 2,00{NB}€ retenus\u202f; "
        f"nous payons tout ce qui reste{NB}: 9,00{NB}€."
    )


def test_acts_have_a_name_in_the_language_of_the_statement() -> None:
    assert NAMES["en"].keys() == NAMES["fr"].keys() == set(CARE_FAMILIES)
    assert only_line(chain(decision()), language="fr").title == "Consultation de généraliste · G"
    assert only_line(chain(decision(act_label=None, quantity=2))).title == "2 × GP’s consultation · G"
    assert only_line(chain(decision(care_family=None)), language="fr").title == "Consultation · G"
    nameless = decision(care_family=None, act_label=None, act_code=None)
    assert only_line(chain(nameless), language="fr").title == "soins"


def test_a_limit_is_named_with_what_was_left_of_it() -> None:
    told = decision(charged=60_00, ours=25_00, ceiling_cents=39_00, limit_left_cents=25_00)
    assert (
        "€39.00 are left, we pay €25.00, limit €39.00, €25.00 left of the limit"
        in only_line(chain(told)).explanation
    )


def test_a_product_that_does_not_give_the_amount_is_not_claimed() -> None:
    assert only_line(chain(decision(secu=21_01, ours=8_99))).explanation.startswith(
        "The Sécu’s part is €21.01,"
    )


def test_what_goes_to_the_provider_is_told_to_the_member_and_the_other_way_round() -> None:
    told = decision(charged=50_00, ours=29_00, to_provider=20_00)
    assert "€20.00 of it directly to the provider" in only_line(chain(told)).explanation
    theirs = decision(charged=50_00, ours=29_00, to_provider=20_00, payee="provider", reasons=PARTICIPATION)
    line = only_line(chain(theirs), payee_kind="provider", payee_ref="DR-1")
    assert line.explanation.endswith("we pay all that is left: €29.00, €9.00 of it to the member.")
    assert line.amount_cents == 20_00


def test_another_payer_learnt_later_is_a_correction_with_before_and_after() -> None:
    line = only_line(chain(decision(), decision(others=5_00, ours=4_00), settled=1))
    assert line.is_correction and line.change == ("€9.00", "€4.00") and line.amount_cents == -5_00
    assert line.explanation.startswith(
        "Paid until now: €9.00, with AVP-2026-000007 on 14 March 2026; others €0.00 → €5.00; our part €9.00 → €4.00; "
    )


def test_care_refused_afterwards_says_why_and_is_taken_back() -> None:
    refused = decision(ours=0, ceiling_cents=0, reasons=NOT_COVERED)
    line = only_line(chain(decision(), refused, settled=1))
    assert line.change == ("€9.00", "€0.00") and line.amount_cents == -9_00
    assert line.explanation.endswith("Your contract did not cover you on that day.")


def test_an_act_behind_which_nothing_stands_any_more_is_taken_back_whole() -> None:
    line = only_line(chain(decision(), gone(decision()), settled=1))
    assert (line.waterfall, line.amount_cents) == (None, -9_00)
    assert line.explanation.endswith("nothing is due for it any more.")


def test_an_act_that_moves_to_another_contract_is_one_line() -> None:
    other = decision(contract_ref="C-2", ours=7_00, ceiling_cents=7_00)
    line = only_line(chain(decision(), gone(decision()), settled=1), chain(other))
    assert line.change == ("€9.00", "€7.00") and line.amount_cents == -2_00


def test_an_act_that_moves_without_another_amount_is_not_shown() -> None:
    moved = of(
        chain(decision(), gone(decision()), settled=1),
        chain(decision(contract_ref="C-2")),
        chain(decision(2)),
    )
    assert [line.detail for line in lines_of(moved)] == ["DR-1 · D2#1"]


def test_a_charge_and_its_cancel_on_one_payout_vanish() -> None:
    assert lines_of(of(chain(decision(), gone(decision())))) == []
    assert only_line(chain(decision(), decision(others=5_00, ours=4_00))).change is None


def test_an_act_that_brings_nothing_is_shown_with_its_reason() -> None:
    line = only_line(chain(decision(ours=0, ceiling_cents=0, reasons=NOT_COVERED)))
    assert line.amount_cents == 0 and "did not cover you" in line.explanation


def test_totals_lead_from_the_acts_to_the_transfer() -> None:
    header, entries = family()
    document = statement(header, entries, "en")
    care = 9_00 + 288_00 + 50_00 + 20_40
    assert totals(document) == {"care": care, "taken_back": -5_00 - 9_00, "total": care - 14_00}
    assert "€14.00 that we had paid too much are deducted from this transfer." in document.notes
    assert [member.name for member in document.members] == ["Ana Lopez", "Emma Lopez"]
    assert sum(member.amount_cents for member in document.members) == header.total_cents
    assert document.facts[-1] == ("Care from", "2 February 2026 to 3 June 2026")


def test_a_correction_in_favour_of_the_member_is_paid_in_addition() -> None:
    document = of(chain(decision(ours=4_00), decision(ours=9_00), settled=1), chain(decision(2)))
    assert totals(document) == {"care": 9_00, "raised": 5_00, "total": 14_00}


@pytest.mark.parametrize("scene", [family, provider])
def test_the_waterfall_adds_up(scene: Any) -> None:
    document = statement(*scene(), "fr")
    for water in [document.waterfall, *(line.waterfall for line in lines_of(document))]:
        assert water is None or water.charged_cents == sum(astuple(water)[1:5])


def test_a_provider_is_told_of_each_patient() -> None:
    document = statement(*provider(10), "en")
    assert ("Paid to", "provider PHARMA-1") in document.facts
    assert len(document.members) == 7 and document.addressee == ()
    assert "“Us” contains" not in " ".join(document.notes)


def test_a_settlement_of_zero_says_so() -> None:
    document = of(chain(decision(ours=0)))
    assert document.title == "Statement without transfer" and document.facts[0][0] == "Date"
    assert document.notes[0].startswith("Nothing to transfer")


def test_simulated_and_past_states_are_marked() -> None:
    header, entries = family()
    past = replace(header, simulated=True, known_at=datetime(2026, 3, 14, 9, 12, tzinfo=UTC), revision=812)
    assert statement(past, entries, "en").marks == (
        "SIMULATED: From a simulated database: no money was sent.",
        "As known on 14 March 2026, 09:12 UTC (revision 812)",
    )


def test_members_are_listed_by_name_and_new_acts_before_corrections() -> None:
    header, entries = family()
    lines = payout_lines(header, entries)
    assert lines["line"].to_list() == list(range(1, 8))
    ana = lines.filter(pl.col("member_ref") == "M-1")
    assert ana["section"].to_list() == ["care"] * 3 + ["correction"] * 2
    assert ana["care_date"][:3].is_sorted()


def test_an_erased_name_does_not_stop_a_statement() -> None:
    (member,) = of(chain(decision(member_name=None))).members
    assert (member.name, member.ref) == (None, "M-1")


def test_a_payout_that_does_not_add_up_is_refused() -> None:
    header, entries = family()
    with pytest.raises(PayoutDoesNotAddUp, match="avenant check"):
        payout_lines(replace(header, total_cents=header.total_cents + 1), entries)


def test_both_languages_have_the_same_words_and_blanks() -> None:
    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert EN.keys() == FR.keys()
    assert [blanks(EN[key]) for key in EN] == [blanks(FR[key]) for key in EN]


amounts = st.integers(0, 99_00)
histories = st.tuples(
    st.integers(1, 4),
    st.sampled_from(["C-1", "C-2"]),
    st.lists(amounts, min_size=1, max_size=4),
    st.integers(0, 6),
)


def booked(act: int, contract: str, told: list[int], settled: int) -> list[Entry]:
    """An act through random amounts (0: nothing stands behind it), of which whole pairs were paid before."""
    person = EMMA if act % 2 else {}
    states = [decision(act, contract_ref=contract, ours=cents, **person) for cents in told]
    states = [state if state["amount_cents"] else gone(state) for state in states]
    return chain(*states, settled=min(settled // 2 * 2 + 1 if settled else 0, 2 * len(states) - 1))


@settings(max_examples=80, deadline=None)
@given(st.lists(histories, max_size=8, unique_by=lambda one: one[:2]), st.randoms())
def test_lines_add_up_to_the_payout_whatever_was_cancelled_and_in_whatever_order(
    told: list[tuple[int, str, list[int], int]], random: Any
) -> None:
    entries = entries_of(*(booked(*one) for one in told))
    header = header_of(entries)
    lines = payout_lines(header, entries)
    assert lines["amount_cents"].sum() == header.total_cents
    change = pl.col("after_amount_cents").fill_null(0) - pl.col("before_amount_cents").fill_null(0)
    assert lines.filter(change != pl.col("amount_cents")).is_empty()
    order = random.sample(range(entries.height), entries.height)
    assert_frame_equal(payout_lines(header, entries[order]), lines)


def test_a_day_of_care_is_written_out() -> None:
    assert only_line(chain(decision(care_date=date(2026, 5, 1))), language="fr").day == "1er mai 2026"
