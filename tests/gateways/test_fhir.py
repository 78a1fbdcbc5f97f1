"""FHIR R4: every amount is kept to the cent under its full coding; nothing is guessed, nothing dropped in silence.

The sums on the other side are made here, from the files as plain JSON, by code that shares nothing with the reader.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from avenant.core.importing.checking import World
from avenant.core.importing.judging import Judgement, judged
from avenant.core.importing.state import NOTHING_STORED
from avenant.core.rulebook.model import empty_rulebook
from avenant.gateways.document_folder import read_documents
from avenant.gateways.document_rows import Arrived

FHIR = Path(os.environ.get("AVENANT_REAL_DATA", "")) / "fhir"
BUNDLE = FHIR / "bluebutton_eob_bundle.json"
TODAY = date(2026, 11, 21)
real = pytest.mark.skipif(
    not BUNDLE.is_file(),
    reason="AVENANT_REAL_DATA does not name a folder with fhir/bluebutton_eob_bundle.json",
)


def read(*paths: Path, payers: tuple[str, ...] = ("CMS",)) -> Arrived:
    return read_documents(paths, lambda stage, done, total: None, payers)


def judge(arrived: Arrived) -> Judgement:
    return judged(arrived.told, World(NOTHING_STORED, empty_rulebook(), TODAY))


def plain(path: Path) -> Any:
    return json.loads(path.read_text(), parse_float=Decimal)


def cents(value: Decimal | int) -> int:
    exact = Decimal(value) * 100
    assert exact == int(exact)
    return int(exact)


def full_coding(concept: dict[str, Any]) -> str:
    return " ".join(f"{one.get('system', '')}|{one.get('code', '')}" for one in concept["coding"])


def every_money(value: Any) -> Iterator[int]:
    """Whatever has a value and a currency, anywhere in a resource."""
    if isinstance(value, dict):
        if "currency" in value:
            yield cents(value["value"])
        for child in value.values():
            yield from every_money(child)
    elif isinstance(value, list):
        for child in value:
            yield from every_money(child)


@pytest.fixture(scope="module")
def bundle() -> tuple[Arrived, Judgement]:
    arrived = read(BUNDLE)
    return arrived, judge(arrived)


@real
def test_ten_statements_with_63_lines_and_no_refusal(bundle: tuple[Arrived, Judgement]) -> None:
    arrived, judgement = bundle
    assert judgement.rejects.height == 0
    assert arrived.files == {"bluebutton_eob_bundle.json": 10}
    source = {
        f"ExplanationOfBenefit/{entry['resource']['id']}": len(entry["resource"]["item"])
        for entry in plain(BUNDLE)["entry"]
    }
    lines = judgement.news.care_lines.group_by("document_ref").len()
    assert dict(lines.iter_rows()) == source
    assert (len(source), sum(source.values())) == (10, 63)
    assert set(judgement.news.documents["currency"]) == {"USD"}
    assert set(judgement.news.documents["kind"]) == {"secu_return"}
    assert set(judgement.news.documents["member_ref"]) == {"-10000010254647"}


@real
def test_sums_per_line_and_category_are_those_of_the_source_both_ways(
    bundle: tuple[Arrived, Judgement],
) -> None:
    _, judgement = bundle
    source: Counter[tuple[str, int, str]] = Counter()
    times: Counter[tuple[str, int, str]] = Counter()
    for entry in plain(BUNDLE)["entry"]:
        ref = f"ExplanationOfBenefit/{entry['resource']['id']}"
        for item in entry["resource"]["item"]:
            for one in item["adjudication"]:
                if "amount" in one:
                    key = (ref, item["sequence"], full_coding(one["category"]))
                    source[key] += cents(one["amount"]["value"])
                    times[key] += 1
    kept = judgement.news.line_amounts.filter(pl.col("line").is_not_null())
    keys = ["document_ref", "line", "coding"]
    sums = {row[:3]: row[3:] for row in kept.group_by(keys).agg(pl.sum("amount_cents"), pl.len()).iter_rows()}
    assert sums == {key: (source[key], times[key]) for key in times}
    assert sum(times.values()) == 524


@real
def test_totals_and_everything_else_of_the_document_are_kept_too(bundle: tuple[Arrived, Judgement]) -> None:
    _, judgement = bundle
    kept = judgement.news.line_amounts
    for entry in plain(BUNDLE)["entry"]:
        resource = entry["resource"]
        ref = f"ExplanationOfBenefit/{resource['id']}"
        mine = kept.filter(document_ref=ref)
        assert mine["amount_cents"].sort().to_list() == sorted(every_money(resource))
        totals = {
            full_coding(total["category"]): cents(total["amount"]["value"]) for total in resource["total"]
        }
        found = mine.filter(pl.col("line").is_null() & pl.col("coding").is_in(list(totals)))
        assert dict(found.select("coding", "amount_cents").iter_rows()) == totals
        assert mine["position"].to_list() == list(range(1, mine.height + 1))
    assert kept.height == 524 + 10 + 10 + 58


@real
def test_lines_say_what_was_charged_allowed_and_paid(bundle: tuple[Arrived, Judgement]) -> None:
    """Carrier claims: per line and for the document, against the named categories of the source."""
    _, judgement = bundle
    for entry in plain(BUNDLE)["entry"]:
        resource = entry["resource"]
        if not resource["id"].startswith("carrier"):
            continue
        lines = judgement.news.care_lines.filter(document_ref=f"ExplanationOfBenefit/{resource['id']}").sort(
            "line"
        )
        names = {"submitted": "charged_cents", "eligible": "base_cents", "benefit": "secu_cents"}
        for code, column in names.items():
            told = [
                cents(one["amount"]["value"])
                for item in resource["item"]
                for one in item["adjudication"]
                if one["category"]["coding"][0]["code"] == code
            ]
            assert lines[column].to_list() == told
        assert lines["secu_cents"].sum() == cents(resource["payment"]["amount"]["value"])


@real
def test_documents_that_contradict_themselves_are_held_with_a_finding(
    bundle: tuple[Arrived, Judgement],
) -> None:
    """Three amounts called submitted; coinsurance that repeats the benefit. The three others are in order."""
    arrived, judgement = bundle
    held = judgement.news.care_lines.group_by("document_ref").agg(pl.col("hold").unique().alias("hold"))
    by_document = {ref.rpartition("/")[2]: hold for ref, hold in held.iter_rows()}
    trusted = {ref for ref, hold in by_document.items() if hold == [None]}
    assert trusted == {f"carrier--100009300380{number}" for number in (27, 28, 33)}
    assert all(hold == ["contradicts_itself"] for ref, hold in by_document.items() if ref not in trusted)
    found = arrived.findings.filter(finding="contradicts itself")
    named = {place.split(".")[1] for place in found["place"]}
    assert named == {f"entry[{n}]" for n in (0, 1, 2, 3, 4, 7, 9)}


@real
def test_what_is_not_mapped_is_listed_with_its_path(bundle: tuple[Arrived, Judgement]) -> None:
    """Every place in the source is read, or listed, or lies within a place that is listed."""
    arrived, _ = bundle
    listed = set(arrived.findings["place"])
    for place in (
        "Bundle.entry[0].resource.diagnosis",
        "Bundle.entry[4].resource.item[0].locationCodeableConcept",
        "Bundle.entry[4].resource.careTeam",
        "Bundle.entry[0].resource.type",
    ):
        assert place in listed
    assert "Bundle.entry[0].resource.item" not in listed
    assert ("one page of several", "51") in arrived.findings.select("finding", "seen").rows()


EXAMPLES = [
    "Claim-100150", "Claim-660150", "Claim-660151", "Claim-660152", "Claim-760150", "ClaimResponse-R3500",
    "ExplanationOfBenefit-EB3500", "ExplanationOfBenefit-EB3501", "PaymentReconciliation-ER2500",
]  # fmt: skip


@pytest.fixture(scope="module")
def examples() -> tuple[Arrived, Judgement]:
    arrived = read(*[path for path in sorted(FHIR.glob("*.json")) if path != BUNDLE])
    return arrived, judge(arrived)


@real
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_amount_of_the_examples_is_kept(name: str, examples: tuple[Arrived, Judgement]) -> None:
    _, judgement = examples
    kept = judgement.news.line_amounts.filter(document_ref=name.replace("-", "/"))
    assert kept["amount_cents"].sort().to_list() == sorted(every_money(plain(FHIR / f"{name}.json")))
    assert judgement.rejects.height == 0


@real
def test_a_group_is_read_as_its_parts_which_add_up_to_it(examples: tuple[Arrived, Judgement]) -> None:
    """Glasses for 235.40: frame 110.00, lenses 66.00 with hardening 33.00 and coating 11.00, tax 15.40."""
    _, judgement = examples
    lines = judgement.news.care_lines.filter(document_ref="Claim/660152")
    assert lines.select("line", "act_code", "quantity", "charged_cents", "asked_cents").rows() == [
        (1, "frame", None, 110_00, 110_00),
        (2, "lens", 2, 66_00, 66_00),
        (3, "hardening", 2, 33_00, 33_00),
        (4, "UV coating", 2, 11_00, 11_00),
        (5, "fst", None, 15_40, 15_40),
    ]
    assert lines["charged_cents"].sum() == 235_40
    assert set(lines["care_from"]) == {date(2014, 8, 16)}


@real
def test_a_claim_to_two_insurers_says_which_one_comes_before_us(examples: tuple[Arrived, Judgement]) -> None:
    """Its first insurer has answered; both are named under one coverage, which contradicts itself."""
    arrived, judgement = examples
    answer = judgement.news.documents.row(by_predicate=pl.col("ref") == "ClaimResponse/R3500", named=True)
    assert (answer["kind"], answer["payer"], answer["payer_rank"]) == ("other_insurer", "555123", 3)
    assert set(judgement.news.care_lines.filter(document_ref="Claim/660152")["hold"]) == {
        "contradicts_itself"
    }
    found = arrived.findings.filter(finding="contradicts itself", file="Claim-660152.json")
    assert found["place"].to_list() == ["Claim.insurance[1]"]


@real
def test_an_answer_has_its_acts_from_the_claim_it_answers(examples: tuple[Arrived, Judgement]) -> None:
    _, judgement = examples
    line = judgement.news.care_lines.row(
        by_predicate=pl.col("document_ref") == "ClaimResponse/R3500", named=True
    )
    assert (line["act_code"], line["care_from"], line["charged_cents"]) == ("1200", date(2014, 8, 16), 135_57)
    assert (line["others_cents"], line["base_cents"], line["rate_ppm"]) == (90_47, 135_57, 800_000)


@real
def test_a_percentage_is_understood_by_what_it_makes_of_the_amount(
    examples: tuple[Arrived, Judgement],
) -> None:
    """0.80 of 120.00 is 96.00, 0.90 of 200.00 is 180.00: shares, not percent."""
    _, judgement = examples
    lines = judgement.news.care_lines.filter(document_ref="ExplanationOfBenefit/EB3500").sort("line")
    assert lines.select("base_cents", "rate_ppm", "others_cents").rows() == [
        (120_00, 800_000, 96_00),
        (200_00, 900_000, 180_00),
    ]
    assert set(lines["hold"]) == {"contradicts_itself"}, "the totals are those of the first line alone"


@real
def test_a_payment_for_several_that_does_not_add_up_is_a_finding(examples: tuple[Arrived, Judgement]) -> None:
    arrived, judgement = examples
    found = arrived.findings.filter(finding="contradicts itself", file="PaymentReconciliation-ER2500.json")
    assert found["seen"].to_list() == ["paymentAmount 7000.00"]
    assert "6000.00" in found["message"][0]
    assert judgement.news.care_lines.filter(document_ref="PaymentReconciliation/ER2500").height == 0


@real
def test_an_insurer_named_as_the_compulsory_scheme_sends_its_returns() -> None:
    kinds = {
        payers: set(judge(read(BUNDLE, payers=payers)).news.documents["kind"]) for payers in [("CMS",), ()]
    }
    assert kinds == {("CMS",): {"secu_return"}, (): {"other_insurer"}}


STATEMENT: dict[str, Any] = {
    "resourceType": "ExplanationOfBenefit",
    "id": "s1",
    "status": "active",
    "type": {"coding": [{"code": "oral"}]},
    "use": "claim",
    "patient": {"reference": "Patient/m1"},
    "created": "2026-03-09",
    "insurer": {"identifier": {"value": "B"}},
    "provider": {"reference": "Practitioner/p1"},
    "outcome": "complete",
    "insurance": [{"focal": True, "coverage": {"reference": "Coverage/c1"}}],
    "item": [
        {
            "sequence": 1,
            "productOrService": {"coding": [{"code": "G"}]},
            "servicedDate": "2026-03-03",
            "net": {"value": 30.00, "currency": "EUR"},
            "adjudication": [
                {"category": {"coding": [{"code": "benefit"}]}, "amount": {"value": 21, "currency": "EUR"}}
            ],
        }
    ],
}


def statement(folder: Path, **changes: Any) -> tuple[Arrived, Judgement]:
    (folder / "s.json").write_text(json.dumps(STATEMENT | changes))
    arrived = read(folder)
    return arrived, judge(arrived)


def item(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**STATEMENT["item"][0], **changes}.items() if value is not None}


def test_of_a_plain_statement_only_its_type_and_outcome_are_not_kept(tmp_path: Path) -> None:
    arrived, judgement = statement(tmp_path)
    assert set(arrived.findings["finding"]) == {"not mapped"}
    assert arrived.findings["place"].to_list() == [
        "ExplanationOfBenefit.type",
        "ExplanationOfBenefit.outcome",
    ]
    line = judgement.news.care_lines.row(0, named=True)
    assert (line["charged_cents"], line["others_cents"], line["hold"]) == (30_00, 21_00, None)
    assert line["provider_ref"] == "Practitioner/p1"


def test_a_cancelled_statement_is_withdrawn(tmp_path: Path) -> None:
    _, judgement = statement(tmp_path, status="cancelled")
    assert judgement.news.documents["withdrawn"].to_list() == [True]


def test_a_preauthorisation_is_a_quote_and_is_never_paid(tmp_path: Path) -> None:
    _, judgement = statement(tmp_path, use="preauthorization")
    assert judgement.news.documents["kind"].to_list() == ["quote"]


def test_a_line_without_a_day_keeps_its_amounts_and_is_listed(tmp_path: Path) -> None:
    arrived, judgement = statement(tmp_path, item=[item(servicedDate=None)])
    assert judgement.news.care_lines.height == 0
    assert judgement.news.line_amounts.select("line", "coding", "amount_cents").rows() == [
        (None, "http://hl7.org/fhir|ExplanationOfBenefit.item.net", 30_00),
        (None, "http://hl7.org/fhir|ExplanationOfBenefit.item.adjudication.amount |benefit", 21_00),
    ]
    found = arrived.findings.filter(finding="not read as a line")
    assert found["place"].to_list() == ["ExplanationOfBenefit.item[0]"]


def test_an_amount_that_is_no_whole_number_of_cents_is_refused_not_rounded(tmp_path: Path) -> None:
    _, judgement = statement(tmp_path, item=[item(net={"value": 30.005, "currency": "EUR"})])
    assert "malformed amount" in set(judgement.rejects["reason"])
    assert judgement.news.rows() == 0


def test_a_resource_that_is_not_valid_is_refused_with_its_path_and_others_go_on(tmp_path: Path) -> None:
    bad = STATEMENT | {"id": "s2", "item": [item(sequence="first")]}
    other = {"resourceType": "Patient", "id": "m1"}
    entries = [{"resource": one} for one in (bad, STATEMENT, other, {"resourceType": "Leech"})]
    (tmp_path / "b.json").write_text(
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    )
    arrived = read(tmp_path)
    judgement = judge(arrived)
    assert judgement.rejects.select("column", "reason").rows() == [
        ("Bundle.entry[0].resource.item[0].sequence", "not FHIR R4"),
        ("Bundle.entry[3].resource", "not FHIR R4"),
    ]
    assert judgement.news.documents["ref"].to_list() == ["ExplanationOfBenefit/s1"]
    assert ("Bundle.entry[2].resource", "not mapped") in arrived.findings.select("place", "finding").rows()


def test_one_resource_in_two_files_is_read_once_and_two_versions_of_it_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(STATEMENT))
    (tmp_path / "b.ndjson").write_text(
        json.dumps(STATEMENT) + "\n" + json.dumps(STATEMENT | {"created": "2026-03-10"})
    )
    arrived = read(tmp_path)
    assert "told twice" in set(arrived.findings["finding"])
    assert judge(arrived).rejects.select("file", "line", "reason").rows() == [
        ("b.ndjson", 2, "ref told twice")
    ]
