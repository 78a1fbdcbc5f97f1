"""Items of a FHIR claim or of an answer to one, as lines of care with what was decided about each.

An item may be a group: glasses of frame and lenses. A group is read as its parts where the parts say at least as
much as the group does (a price, and a decision where the group has one); else as one line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from avenant.gateways.fhir_elements import Element

ADJUDICATION_SYSTEMS = (
    "",
    "http://terminology.hl7.org/CodeSystem/adjudication",
    "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication",
)
"""Systems whose codes say which amount it is: HL7's, that of the CARIN alliance, and none at all (HL7's examples)."""
PARTS = ("detail", "subDetail")
NO_CODE = "NULL"
"""What Blue Button writes as code where there is none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One adjudication of a line: its standard code (submitted, eligible, benefit …), amount or plain value."""

    code: str
    amount: Decimal | None
    value: Decimal | None
    place: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line. place: path of its element; items: its element and the groups around it, innermost first."""

    place: str
    items: tuple[Element, ...]
    decisions: tuple[Decision, ...]

    def amounts(self, code: str) -> list[Decimal]:
        """The amounts of its decisions with the standard `code`."""
        return [one.amount for one in self.decisions if one.code == code and one.amount is not None]

    def amount(self, *codes: str) -> Decimal | None:
        """The sum of what its decisions say under `codes`; None where they say nothing, or several things."""
        found = [self.amounts(code) for code in codes]
        said = [set(amounts) for amounts in found if amounts]
        if not said or any(len(one) > 1 for one in said):
            return None
        return sum((one.pop() for one in said), Decimal(0))


def lines_in(resource: Element) -> list[Line]:
    """The lines of a resource: of its items, and of items that the insurer added."""
    items = [*resource.many("item"), *resource.many("addItem")]
    return [line for item in items for line in _lines(item, ())]


def _lines(item: Element, groups: tuple[Element, ...]) -> Iterator[Line]:
    item.one("sequence").text()
    parts = [part for name in PARTS for part in item.many(name)]
    if parts and _say_enough(item, parts):
        for part in parts:
            yield from _lines(part, (item, *groups))
    else:
        yield Line(item.path, (item, *groups), tuple(_decisions(item)))


def _say_enough(group: Element, parts: Sequence[Element]) -> bool:
    decided = bool(group.many("adjudication"))
    return all(
        (_has(part, "net") or _has(part, "unitPrice")) and (not decided or part.many("adjudication"))
        for part in parts
    )


def _has(element: Element, name: str) -> bool:
    return element.one(name).value is not None


def _decisions(item: Element) -> Iterator[Decision]:
    for one in item.many("adjudication"):
        codings = one.one("category").codings()
        codes = [code.lower() for system, code in codings if system in ADJUDICATION_SYSTEMS]
        amount = one.one("amount").money() if _has(one, "amount") else None
        yield Decision(codes[0] if codes else "", amount, one.one("value").number(), one.path)


def days_of(line: Line, resource: Element) -> tuple[str | None, str | None, str]:
    """First and last day of care as told for the line, a group around it, or the whole; and what is wrong."""
    for item in line.items:
        day = item.one("servicedDate").text()
        first, last = (item.one("servicedPeriod").one(end).text() for end in ("start", "end"))
        if day or first:
            return _whole_days(day or first, day or last)
    period = resource.one("billablePeriod")
    return _whole_days(period.one("start").text(), period.one("end").text())


def _whole_days(first: str | None, last: str | None) -> tuple[str | None, str | None, str]:
    if first is None:
        return None, None, "it has no day of care"
    if len(first) < 10 or (last is not None and len(last) < 10):
        return None, None, f"{first} is not a day"
    return first[:10], last[:10] if last else None, ""


def service_code(line: Line) -> str | None:
    """The code of the product or service; None where there is none."""
    codings = line.items[0].one("productOrService").codings()
    codes = [code for _, code in codings if code and code.upper() != NO_CODE]
    return codes[0] if codes else None


def quantity_of(line: Line) -> str | None:
    """How many, where it is a whole number."""
    quantity = line.items[0].one("quantity").one("value")
    if isinstance(quantity.value, int | Decimal) and quantity.value == int(quantity.value):
        quantity.text()
        return str(int(quantity.value))
    return None


def rate_of(line: Line) -> Decimal | None:
    """The insurer's share in percent: told as 80 or as 0.80, told apart by what it makes of the eligible amount."""
    eligible, benefit = line.amount("eligible"), line.amount("benefit")
    for value in [one.value for one in line.decisions if one.code == "eligpercent" and one.value is not None]:
        if eligible and benefit and abs(eligible * value - benefit) <= Decimal("0.01"):
            return value * 100
        if value > 1 or (eligible and benefit and abs(eligible * value / 100 - benefit) <= Decimal("0.01")):
            return value
    return None


def charged_of(line: Line) -> Decimal | None:
    """What was charged: the one amount submitted, else the net price; None where several were submitted."""
    submitted = set(line.amounts("submitted"))
    if submitted:
        return submitted.pop() if len(submitted) == 1 else None
    return line.items[0].one("net").money() if _has(line.items[0], "net") else None


def paid_of(line: Line) -> Decimal | None:
    """What the sender paid: its benefit, else what it paid to provider and patient."""
    benefit = line.amount("benefit")
    return line.amount("paidtoprovider", "paidtopatient") if benefit is None else benefit


def payee_of(line: Line) -> str | None:
    """Whom the sender paid, where only one of the two got something."""
    to: Mapping[str, Decimal | None] = {
        "provider": line.amount("paidtoprovider"),
        "member": line.amount("paidtopatient"),
    }
    paid = [who for who, amount in to.items() if amount]
    return paid[0] if len(paid) == 1 else None
