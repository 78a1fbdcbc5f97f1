"""Invented stories of care: a few messages about few acts of a member, with repetitions, cancellations, answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from tests.strategies.messages import Answer, Line, again, bill, request, secu, statement, taken_back

T = TypeVar("T")
Choose = Callable[[Sequence[T]], T]

SPEAKERS = (secu, secu, bill, bill, request, statement)
CARE_DAYS = (date(2024, 3, 3), date(2024, 3, 3), date(2024, 3, 4), date(2024, 3, 6))


@dataclass(frozen=True, slots=True)
class Story:
    """What was told about one member, and what persons answered."""

    lines: list[Line]
    answers: list[Answer]


def story(member_id: int, choose: Choose) -> Story:  # type: ignore[type-arg]
    """A story of ``member_id``, all of whose turns are taken by ``choose``."""
    lines = [_message(member_id, number, choose) for number in range(choose(range(1, 7)))]
    lines += [_echo(f"{member_id}E{number}#1", choose(lines), choose) for number in range(choose(range(4)))]
    refs = [line["ref"] for line in lines]
    answers = [_answer(refs, choose) for _ in range(choose((0, 0, 0, 1, 2, 3)))]
    return Story(lines, answers)


def _message(member_id: int, number: int, choose: Choose) -> Line:  # type: ignore[type-arg]
    """One of few messages. A document has one sender and one day of arrival."""
    speaker = choose(SPEAKERS)
    document = choose((0, 1, number))
    said = {
        "member_id": member_id,
        "care_from": choose(CARE_DAYS),
        "provider_id": choose((7, 7, 7, None, 8)),
        "location": choose((None, None, None, "11")),
        "charged_cents": choose((3_000, 3_000, 3_000, 3_000, 2_500, None)),
        "hold": choose((None,) * 15 + ("not_trusted",)),
        "received_on": date(2024, 3, 10 + document % 3),
    }
    if choose((True, True, False)) is False:
        said |= {"act_code": None, "family": "consultation_gp"}
    if speaker is statement:
        said["payer"] = choose(("mutuelle", "c2s"))
    return speaker(f"{member_id}{speaker.__name__}{said.get('payer', '')}{document}#{number}", **said)


def _echo(ref: str, told: Line, choose: Choose) -> Line:  # type: ignore[type-arg]
    """The same once more, or its cancellation, received about the same time."""
    received = told["received_on"] + timedelta(days=choose((-1, 0, 1, 2, 3)))
    if choose((True, False)) or not told["charged_cents"]:
        return again(told, ref, received_on=received)
    named = {"cancels": told["ref"]} if choose((True, False)) else {}
    return taken_back(told, ref, received_on=received, **named)


def _answer(refs: list[str], choose: Choose) -> Answer:  # type: ignore[type-arg]
    kind = choose(("same", "different", "exception"))
    other = choose((None, 1_000, 2_000)) if kind == "exception" else choose(refs)
    return (kind, choose(refs), other)


@st.composite
def portfolios(draw: st.DrawFn) -> Story:
    """The stories of up to four members, told together."""

    def choose(options: Sequence[T]) -> T:
        return draw(st.sampled_from(options))

    parts = [story(member_id, choose) for member_id in range(1, draw(st.integers(1, 4)) + 1)]
    return Story([line for part in parts for line in part.lines], [a for part in parts for a in part.answers])
