"""YAML with lines and without surprises."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from avenant.core.rulebook.findings import RulebookRefused
from avenant.gateways.marked_yaml import DEEPEST, YamlRefused, parsed
from avenant.gateways.rulebook_files import documents_in


def test_values_stay_what_was_written() -> None:
    text = "price: 54.60\ncount: 3\nday: 2026-01-31\nmonth: 2026-01\nages: 0-17\n"
    words = "yes: no\non: true\nnone: ~\nquoted: '3'\n"
    assert parsed(text + words, "a.yaml").content == {
        "price": Decimal("54.60"),
        "count": 3,
        "day": date(2026, 1, 31),
        "month": "2026-01",
        "ages": "0-17",
        "yes": "no",
        "on": True,
        "none": None,
        "quoted": "3",
    }


def test_every_place_knows_its_line() -> None:
    document = parsed("a: 1\nb:\n  - c: 2\n  - d:\n      e: 3\n", "a.yaml")
    paths = [("a",), ("b",), ("b", 0, "c"), ("b", 1, "d", "e"), ("b", 1, "d", "nowhere")]
    assert [document.line_of(path) for path in paths] == [1, 2, 3, 5, 4]


def test_a_part_of_a_document_keeps_its_lines() -> None:
    part = parsed("case: x\nrulebook:\n  plans:\n    city: {currency: EUR}\n", "case.yaml").under("rulebook")
    assert part.content == {"plans": {"city": {"currency": "EUR"}}}
    assert part.line_of(("plans", "city", "currency")) == 4
    assert part.under("nowhere").content is None


@pytest.mark.parametrize(
    ("text", "line", "seen"),
    [
        ("a: 1\na: 2\n", 2, "the key “a” stands here twice"),
        ("a: 1\n b: 2\n", 2, "not readable as YAML"),
        ("a: 'open\n", 2, "not readable as YAML"),
        ("", 1, "the file is empty"),
        ("a: 1\nb: 2026-02-30\n", 2, "there is no day 2026-02-30"),
        ("? [a, b]\n: 1\n", 1, "a table where a key belongs"),
        ("a: \x07\n", 1, "not readable as YAML"),
        ("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2), 1, "nested too deeply"),
    ],
)
def test_what_is_not_our_yaml_is_refused_with_its_line(text: str, line: int, seen: str) -> None:
    with pytest.raises(YamlRefused, match=seen) as refused:
        parsed(text, "a.yaml")
    assert refused.value.line == line
    assert refused.value.remedy


def test_every_unreadable_file_of_a_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    (tmp_path / "curves").mkdir()
    (tmp_path / "curves" / "b.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(RulebookRefused) as refused:
        documents_in(tmp_path)
    assert [finding.file for finding in refused.value.findings] == ["a.yaml", "curves/b.yml"]


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    for folder, seen in (
        (tmp_path, "there is no YAML file here"),
        (tmp_path / "x", "no such file or folder"),
    ):
        with pytest.raises(RulebookRefused, match=seen):
            documents_in(folder)
