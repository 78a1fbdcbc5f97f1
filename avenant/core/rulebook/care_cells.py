"""Tables within tables: an answer by OPTAM, by basket, by age, or several that apply together.

{optam: 200 % BR, non_optam: 180 % BR}           a table by OPTAM states both columns
{0-15: real cost, 16+: 130 % BR}                 a table by age answers once for every age
{no_rac: price limit, otherwise: 250 % BR}       a table by basket says what holds for all others
[300 % BR, 600 EUR per act]                      a list: all apply, the lowest wins
"""

from collections.abc import Iterator
from dataclasses import replace

from avenant.core.frames.care import BASKETS
from avenant.core.frames.care_rules import OPTAM
from avenant.core.rulebook.age_bands import complain_about_ages
from avenant.core.rulebook.care_contents import Scope
from avenant.core.rulebook.nodes import Node
from avenant.core.rulebook.values import BAND, age_band

OTHERWISE = "otherwise"
BY_OPTAM = OPTAM[1:]
BY_BASKET = (*BASKETS, OTHERWISE)
GAP = "with an answer, be it “nothing” (in a guarantee) or “unknown” (in a tariff)"
EVERYONE = Scope()
Cell = tuple[Scope, Node]


def cells(node: Node, baskets: bool, lists: bool, scope: Scope = EVERYONE) -> Iterator[Cell]:
    """Each answer at ``node`` and for whom it is.

    In: whether tables by basket and lists are understood here. What is neither such a table nor a list is an
    answer. Complains about tables that leave somebody without an answer.
    """
    value = node.value
    if lists and isinstance(value, list):
        places = enumerate(node.elements(""), 1)
        yield from _all_hold(
            [list(cells(place, baskets, False, replace(scope, part=n))) for n, place in places]
        )
        return
    keys = [str(key) for key in value] if isinstance(value, dict) else []
    if keys and all(key in BY_OPTAM for key in keys):
        yield from _by_optam(node, baskets, lists, scope)
    elif keys and baskets and all(key in BY_BASKET for key in keys):
        yield from _by_basket(node, lists, scope)
    elif keys and all(BAND.match(key) for key in keys):
        yield from _by_age(node, baskets, lists, scope)
    else:
        yield scope, node


def _all_hold(parts: list[list[Cell]]) -> Iterator[Cell]:
    """The cells of a list. An answer for all baskets stands back for a basket with answers of its own; in a list it
    holds beside them, so that it is written for each basket that another place of the list names.
    """
    named = sorted({scope.basket for part in parts for scope, _ in part if scope.basket})
    for part in parts:
        for scope, place in part:
            yield scope, place
            if scope.basket is None:
                told = {other.basket for other, _ in part if _meet(scope, other)}
                yield from ((replace(scope, basket=basket), place) for basket in named if basket not in told)


def _meet(one: Scope, other: Scope) -> bool:
    """Whether somebody is in both, whatever the basket."""
    optam = one.optam == other.optam or "any" in (one.optam, other.optam)
    return optam and one.age_from < other.age_to and other.age_from < one.age_to


def _by_optam(node: Node, baskets: bool, lists: bool, scope: Scope) -> Iterator[Cell]:
    if scope.optam != "any":
        node.complain("a table by OPTAM stands in another", "write each column once")
    for column in BY_OPTAM:
        place = node.need(
            column, f"write the other column too: a table by OPTAM has {' and '.join(BY_OPTAM)}"
        )
        if place:
            yield from cells(place, baskets, lists, replace(scope, optam=column))


def _by_basket(node: Node, lists: bool, scope: Scope) -> Iterator[Cell]:
    node.need(OTHERWISE, "add otherwise: what holds for every other basket, and where none is known")
    for key, place in node.items(""):
        basket = None if key == OTHERWISE else str(key)
        yield from cells(place, False, lists, replace(scope, basket=basket))


def _by_age(node: Node, baskets: bool, lists: bool, scope: Scope) -> Iterator[Cell]:
    if (scope.age_from, scope.age_to) != (EVERYONE.age_from, EVERYONE.age_to):
        node.complain("a table by age stands in another", "write each age once")
    found = []
    for key, place in node.items(""):
        ages = Node(place.document, place.path, key, place.findings).read(age_band)
        if ages:
            found.append(ages)
            within = replace(scope, age_from=ages[0], age_to=ages[1])
            yield from cells(place, baskets, lists, within)
    complain_about_ages(node, sorted(found), "answer", GAP)
