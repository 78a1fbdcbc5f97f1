"""Where a FHIR document contradicts itself. It is then kept, with all its amounts, and held for a person.

eligible 113.80, benefit 91.04, coinsurance 91.04    the shares add up to more than what is shared
submitted 0.00, 189.74 and 237.17 on one line        one of them at most was submitted
total benefit 96.00, lines 96.00 + 180.00            the total is of something else
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from avenant.gateways.fhir_elements import Element
from avenant.gateways.fhir_lines import ADJUDICATION_SYSTEMS, PARTS, Line, charged_of, paid_of

SAID_ONCE = ("submitted", "eligible", "benefit")
"""Of these a line has one amount; deductibles, coinsurance and other payers may be several."""
SHARES = ("benefit", "coinsurance", "copay", "deductible")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """At `place` stands `seen`, and `message` says why both cannot be."""

    place: str
    seen: str
    message: str


def contradictions(resource: Element, lines: Sequence[Line]) -> list[Contradiction]:
    """All contradictions within one claim, or one answer to a claim."""
    return [
        *(found for line in lines for found in (*_said_twice(line), *_more_than_all(line))),
        *(found for item in resource.many("item") for found in _prices(item)),
        *_totals(resource, lines),
        *_payment(resource, lines),
        *_insurers(resource),
    ]


def _said_twice(line: Line) -> Iterator[Contradiction]:
    for code in SAID_ONCE:
        amounts = line.amounts(code)
        if len(set(amounts)) > 1:
            seen = " and ".join(f"{amount}" for amount in amounts)
            yield Contradiction(line.place, seen, f"several different amounts are called {code}")


def _more_than_all(line: Line) -> Iterator[Contradiction]:
    eligible = line.amount("eligible")
    shares = {code: line.amount(code) for code in SHARES}
    total = sum((amount for amount in shares.values() if amount), Decimal(0))
    if eligible is not None and total > eligible:
        seen = " + ".join(f"{code} {amount}" for code, amount in shares.items() if amount)
        yield Contradiction(line.place, seen, f"the shares are more than the eligible amount, {eligible}")


def _prices(item: Element) -> Iterator[Contradiction]:
    """Net = quantity x unit price x factor, and the net of a group is that of its parts."""
    net, unit = item.one("net").money(), item.one("unitPrice").money()
    parts = [part for name in PARTS for part in item.many(name)]
    if net is not None and unit is not None and not parts:
        quantity, factor = item.one("quantity").one("value").number(), item.one("factor").number()
        product = unit * (1 if quantity is None else quantity) * (1 if factor is None else factor)
        if product.quantize(CENT, ROUND_HALF_UP) != net:
            yield Contradiction(item.path, f"net {net}", f"quantity, unit price and factor make {product}")
    nets = [part.one("net").money() for part in parts]
    told = [amount for amount in nets if amount is not None]
    if net is not None and told and len(told) == len(nets) and sum(told) != net:
        yield Contradiction(item.path, f"net {net}", f"its parts add up to {sum(told)}")
    for part in parts:
        yield from _prices(part)


def _totals(resource: Element, lines: Sequence[Line]) -> Iterator[Contradiction]:
    for total in resource.many("total"):
        amount, code = total.one("amount").money(), _standard_code(total)
        told = [charged_of(line) if code == "submitted" else _said(line, code) for line in lines]
        sums = [one for one in told if one is not None]
        if amount is None or not sums or len(sums) < len(told):
            continue
        if sum(sums) != amount:
            yield Contradiction(total.path, f"{code} {amount}", f"the lines add up to {sum(sums)}")


def _standard_code(total: Element) -> str:
    codes = [
        code.lower() for system, code in total.one("category").codings() if system in ADJUDICATION_SYSTEMS
    ]
    return codes[0] if codes else ""


def _said(line: Line, code: str) -> Decimal | None:
    amounts = line.amounts(code)
    return sum(amounts, Decimal(0)) if amounts else None


def _payment(resource: Element, lines: Sequence[Line]) -> Iterator[Contradiction]:
    payment = resource.one("payment")
    paid, adjusted = payment.one("amount").money(), payment.one("adjustment").money()
    told = [paid_of(line) for line in lines]
    sums = [one for one in told if one is not None]
    if paid is None or not sums or len(sums) < len(told):
        return
    if paid + (adjusted or 0) != sum(sums) and paid - (adjusted or 0) != sum(sums):
        yield Contradiction(payment.path, f"payment {paid}", f"the lines were paid {sum(sums)} in all")


def _insurers(resource: Element) -> Iterator[Contradiction]:
    """Two insurers share the cost, each under a coverage of its own."""
    named: dict[str, Element] = {}
    for insurance in resource.many("insurance"):
        coverage = insurance.one("coverage").one("reference").text()
        if coverage in named:
            message = f"{named[coverage].path} names the same coverage: which insurer is the other one?"
            yield Contradiction(insurance.path, coverage or "", message)
        elif coverage:
            named[coverage] = insurance
