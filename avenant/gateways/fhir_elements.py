"""FHIR resources as elements that know their path and remember what was read of them.

`Element.unread` lists what nobody looked at, each as the highest path that holds nothing read: that is how an import
can say what it did not map, such as `ExplanationOfBenefit.diagnosis[0]`, without a list of names kept by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Codings = tuple[tuple[str, str], ...]
ELEMENTS = "http://hl7.org/fhir"
"""The system of codings that name an element of FHIR itself, such as ExplanationOfBenefit.payment.amount."""
MONEY_NAMES = ("amount", "net", "unitPrice", "usedMoney", "allowedMoney", "valueMoney", "paymentAmount")
MONEY_PARTS = {"id", "extension", "value", "currency"}
LABELS = ("display",)
"""What only repeats a code in words counts as read with the code."""


@dataclass(frozen=True, slots=True)
class Element:
    """A value within a resource, at `path` (FHIRPath); `read`: paths of what was read, of the whole resource."""

    value: Any
    path: str
    read: set[str] = field(default_factory=set, compare=False)

    def one(self, name: str) -> Element:
        """The child `name`, whose value is None if there is none."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return Element(value, f"{self.path}.{name}", self.read)

    def many(self, name: str) -> list[Element]:
        """The elements of the list `name`; none if there is no list."""
        values = self.one(name).value
        if not isinstance(values, list):
            return []
        return [Element(value, f"{self.path}.{name}[{n}]", self.read) for n, value in enumerate(values)]

    def text(self) -> str | None:
        """The value as text, now read; None if there is none."""
        if self.value is None or isinstance(self.value, dict | list):
            return None
        self.read.add(self.path)
        return format(self.value, "f") if isinstance(self.value, Decimal) else str(self.value)

    def number(self) -> Decimal | None:
        """The value as an exact number, now read; None if it is none."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            return None
        self.read.add(self.path)
        return Decimal(self.value)

    def money(self) -> Decimal | None:
        """The value of a Money, now read."""
        self.one("currency").text()
        return self.one("value").number()

    def codings(self) -> list[tuple[str, str]]:
        """(system, code) of the codings of a CodeableConcept, now read; a missing one is empty."""
        found = []
        for coding in self.many("coding"):
            for label in LABELS:
                coding.one(label).text()
            found.append((coding.one("system").text() or "", coding.one("code").text() or ""))
        return [pair for pair in found if any(pair)]

    def unread(self) -> Iterator[Element]:
        """The highest elements below this one of which nothing was read."""
        yield from self._unread({above for path in self.read for above in _above(path)})

    def _unread(self, touched: set[str]) -> Iterator[Element]:
        for child in self.children():
            if child.path in touched:
                yield from child._unread(touched)
            elif child.path not in self.read:
                yield child

    def children(self) -> Iterator[Element]:
        """The elements right below this one, in the order of the source."""
        if isinstance(self.value, dict):
            for name, value in self.value.items():
                yield Element(value, f"{self.path}.{name}", self.read)
        elif isinstance(self.value, list):
            for n, value in enumerate(self.value):
                yield Element(value, f"{self.path}[{n}]", self.read)


def _above(path: str) -> Iterator[str]:
    """The paths of everything that the element at `path` lies in."""
    for at, sign in enumerate(path):
        if sign in ".[":
            yield path[:at]


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of a resource: where it stands, what it is (codings of category or type), how much."""

    path: str
    element: str  # the path without positions
    codings: Codings
    value: Decimal
    currency: str | None


WHAT_IT_IS = {
    "adjudication": "category",
    "total": "category",
    "financial": "type",
    "costToBeneficiary": "type",
    "detail": "type",
}
"""Elements that hold amounts -> their child that says which amount it is."""


def amounts_in(element: Element, around: Codings = ()) -> Iterator[Amount]:
    """Every Money below `element`, in the order of the source; all of them are now read.

    `around`: the category of the balance that `element` is part of.
    """
    if _name(element.path) == "benefitBalance" and isinstance(element.value, dict):
        around = tuple(element.one("category").codings())
    for child in element.children():
        if _is_money(child):
            value = child.money()
            assert value is not None
            said = (*around, *element.one(WHAT_IT_IS.get(_name(element.path), "")).codings())
            currency = child.one("currency").text()
            yield Amount(child.path, without_positions(child.path), said, value, currency)
        else:
            yield from amounts_in(child, around)


def _is_money(element: Element) -> bool:
    value = element.value
    if not isinstance(value, dict) or isinstance(value.get("value"), bool):
        return False
    named = _name(element.path) in MONEY_NAMES or "currency" in value
    return named and isinstance(value.get("value"), int | Decimal) and set(value) <= MONEY_PARTS


def _name(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def coding_text(codings: Codings) -> str:
    """`system|code` of each coding, with spaces between; spaces within are written %20."""
    return " ".join(f"{system}|{code}".strip().replace(" ", "%20") for system, code in codings)


def without_positions(path: str) -> str:
    """`ExplanationOfBenefit.item.net` of `ExplanationOfBenefit.item[3].net`."""
    return ".".join(part.partition("[")[0] for part in path.split("."))
