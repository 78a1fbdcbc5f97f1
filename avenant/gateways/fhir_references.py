"""What one FHIR resource says of another: the claim behind an answer, an insurer's rank, the day of payment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BEFORE_US, AFTER_US = 3, 5
"""Ranks of private insurers: what comes before us is deducted, what comes after us is not."""


@dataclass(frozen=True, slots=True)
class References:
    """claims: ref of an answer -> ref of its claim; ranks: ref of an answer -> payer_rank; paid: ref -> day;
    resources: ref -> resource as JSON."""

    claims: Mapping[str, str]
    ranks: Mapping[str, int]
    paid: Mapping[str, str]
    resources: Mapping[str, Any]

    @classmethod
    def of(cls, messages: Sequence[Any]) -> "References":
        """What the resources of one import say about one another (`messages`: with `kind`, `ref`, `root`)."""
        resources = {message.ref: message.root.value for message in messages}
        claims: dict[str, str] = {}
        for links in (_links_of_answers, _links_of_statements, _links_of_claims):
            for ref, resource in resources.items():
                for answer, claim in links(ref, resource):
                    if claim in resources:
                        claims.setdefault(answer, claim)
        ranks = {a: rank for ref, resource in resources.items() for a, rank in _ranks(resource)}
        paid = {ref: day for resource in resources.values() for ref, day in _paid(resource)}
        return cls(claims, ranks, paid, resources)

    def item_of(self, answer: str, sequence: Any) -> Mapping[str, Any]:
        """The item of the claim behind `answer` that has this sequence number; empty if there is none."""
        claim = self.resources.get(self.claims.get(answer, ""), {})
        items = [item for item in claim.get("item", []) if item.get("sequence") == sequence]
        return items[0] if items else {}


def referred(value: Any) -> str:
    """`Claim/1` of a Reference to Claim/1, whatever server it names; empty if it names none."""
    reference = value.get("reference") if isinstance(value, dict) else None
    return "/".join(str(reference).split("/")[-2:]) if reference else ""


def _links_of_answers(ref: str, resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An answer names the claim that it answers."""
    is_answer = resource["resourceType"] == "ClaimResponse"
    return [(ref, referred(resource.get("request")))] if is_answer else []


def _links_of_statements(ref: str, resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A statement names a claim and its answer."""
    if resource["resourceType"] != "ExplanationOfBenefit":
        return []
    return [(referred(resource.get("claimResponse")), referred(resource.get("claim")))]


def _links_of_claims(ref: str, resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A claim names the answer that another insurer has given to it."""
    if resource["resourceType"] != "Claim":
        return []
    return [(referred(one.get("claimResponse")), ref) for one in resource.get("insurance", [])]


def _ranks(resource: Mapping[str, Any]) -> list[tuple[str, int]]:
    """An insurer that a claim names before the one it is sent to pays before us, one that it names later after us."""
    insurances = resource.get("insurance", []) if resource["resourceType"] == "Claim" else []
    ours = [one.get("sequence", 0) for one in insurances if one.get("focal")]
    return [
        (referred(one["claimResponse"]), BEFORE_US if one.get("sequence", 0) < ours[0] else AFTER_US)
        for one in insurances
        if ours and not one.get("focal") and "claimResponse" in one
    ]


def _paid(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A payment names the answers, or the claims, that it pays."""
    day = resource.get("paymentDate") if resource["resourceType"] == "PaymentReconciliation" else None
    named = [
        referred(one.get(name)) for one in resource.get("detail", []) for name in ("response", "request")
    ]
    return [(ref, str(day)) for ref in named if ref and day]
