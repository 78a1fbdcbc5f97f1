"""How an act's reimbursement comes about, in sentences its payee can check with a pocket calculator.

Example of a new act and of a correction, in English:

    The Sécu pays 70% of its price €30.00: €21.00, €2.00 of it withheld; €9.00 are left, we pay €9.00.
    Paid until now: €20.00, with AVP-2026-000001 on 14 March 2026; others €0.00 → €12.00; now: …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from avenant.core.claims.reasons import decoded, told
from avenant.core.frames.payouts import EXPLANATION
from avenant.core.money import PPM, round_half_up_div
from avenant.core.payouts.words import WORDS
from avenant.core.wording.figures import day_text, percent_text
from avenant.core.wording.voice import Voice as AnyVoice

Row = Mapping[str, Any]
SAID_ELSEWHERE = frozenset({"told_by_secu", "no_base", "others_first", "nothing_left"})
"""Reasons that the calculation says already."""
COMPARED = ("charged", "secu", "retention", "others", "ceiling", "decided", "provider")


class Voice(AnyVoice):
    """The language and the currency in which a statement speaks its own words."""

    __slots__ = ()
    words = WORDS


def side(row: Row, name: str) -> dict[str, Any] | None:
    """The explanation on one side of a line (`before` or `after`), or None where there is none."""
    if row[f"{name}_amount_cents"] is None:
        return None
    return {column: row[f"{name}_{column}"] for column in EXPLANATION}


def shown_side(row: Row) -> dict[str, Any]:
    """What is right now; where nothing is due any more, what was settled before."""
    told_now = side(row, "after") or side(row, "before")
    return told_now if told_now is not None else dict.fromkeys(EXPLANATION, 0)


def amount_change(row: Row, voice: Voice) -> tuple[str, str] | None:
    """What was settled for this act until now and what is right; None for a new act."""
    before, after = side(row, "before"), side(row, "after")
    if before is None:
        return None
    return voice.amount(before["amount_cents"]), voice.amount(after["amount_cents"] if after else 0)


def explanation(row: Row, payee_kind: str, voice: Voice) -> str:
    """Why one line (`LINE_COLUMNS`) is what it is: what changed, how it is computed, the reasons for a member."""
    before, after = side(row, "before"), side(row, "after")
    clauses: list[str] = []
    if before is not None:
        clauses.append(_paid_before(row, before, voice))
    if after is None:
        clauses.append(voice.say("gone"))
        return _sentence(clauses, voice)
    if before is not None:
        clauses += _changes(before, after, voice)
    clauses += calculation(after, payee_kind, voice)
    return " ".join([_sentence(clauses, voice), *_reasons(after, payee_kind, voice)])


def calculation(told_now: Row, payee_kind: str, voice: Voice) -> list[str]:
    """The clauses from the Sécu's part to ours; the Sécu's is what it pays before the sum it withholds."""
    clauses = [_secu(told_now, voice)]
    if told_now["others_cents"]:
        clauses.append(voice.say("others_paid", others=voice.amount(told_now["others_cents"])))
    return [*clauses, ", ".join(_ours(told_now, payee_kind, voice))]


def _secu(told_now: Row, voice: Voice) -> str:
    """A product that does not give the amount is not claimed."""
    secu, base, rate = (told_now[name] for name in ("secu_cents", "base_cents", "rate_ppm"))
    if secu == 0:
        return voice.say("secu_nothing")
    blanks = {
        "rate": percent_text(rate, voice.language),
        "base": voice.amount(base),
        "secu": voice.amount(secu),
    }
    is_product = round_half_up_div(base * rate, PPM) == secu
    text = voice.say("secu_pays" if is_product else "secu_counts", **blanks)
    if not told_now["retention_cents"]:
        return text
    return f"{text}, {voice.say('withheld', retention=voice.amount(told_now['retention_cents']))}"


def _ours(told_now: Row, payee_kind: str, voice: Voice) -> Iterator[str]:
    left, decided = told_now["left_cents"], told_now["decided_cents"]
    if left == 0:
        yield voice.say("nothing_left")
        return
    form = "we_pay_nothing" if decided == 0 else "we_pay_all" if decided == left else "we_pay_part"
    yield voice.say(form, left=voice.amount(left), decided=voice.amount(decided))
    if decided < left and told_now["ceiling_cents"] > 0:
        yield voice.say("limit", ceiling=voice.amount(told_now["ceiling_cents"]))
    if decided < left and told_now["limit_left_cents"] >= 0:
        yield voice.say("limit_left", limit_left=voice.amount(told_now["limit_left_cents"]))
    if payee_kind == "member" and told_now["provider_cents"]:
        yield voice.say("directly", provider=voice.amount(told_now["provider_cents"]))
    if payee_kind == "provider" and told_now["member_cents"]:
        yield voice.say("to_member", member=voice.amount(told_now["member_cents"]))


def _paid_before(row: Row, before: Row, voice: Voice) -> str:
    amount = voice.amount(before["amount_cents"])
    if row["paid_with"] is None:
        return voice.say("settled_before", before=amount)
    day = day_text(row["paid_on"], voice.language)
    return voice.say("paid_before", before=amount, number=row["paid_with"], day=day)


def _changes(before: Row, after: Row, voice: Voice) -> list[str]:
    """Each amount of the calculation that changed, as `others €0.00 → €12.00`."""
    moved = [name for name in COMPARED if before[f"{name}_cents"] != after[f"{name}_cents"]]
    if not moved:
        return [voice.say("unlisted_change")]
    return [
        voice.say(
            "changed",
            name=voice.say(f"name_{name}"),
            before=_value(before[f"{name}_cents"], voice),
            after=_value(after[f"{name}_cents"], voice),
        )
        for name in moved
    ]


def _value(cents: int, voice: Voice) -> str:
    """An amount; of a ceiling, −1 says that there is none."""
    return voice.say("no_limit") if cents == -1 else voice.amount(cents)


def _reasons(told_now: Row, payee_kind: str, voice: Voice) -> list[str]:
    """What the reason codes say to a member; a provider reads the calculation alone."""
    if payee_kind != "member":
        return []
    codes = (code for code in decoded(told_now["reasons"]) if code not in SAID_ELSEWHERE)
    return [told(code, "member", voice.language) for code in codes]


def _sentence(clauses: list[str], voice: Voice) -> str:
    text = voice.say("semicolon").join(clauses)
    return f"{text[:1].upper()}{text[1:]}."
