"""What of care decides amounts names the version and carries numbers; what does not, does not."""

from dataclasses import replace

import polars as pl
import pytest

from avenant.core.frames import care_rules
from avenant.core.rulebook.care_model import NUMBERED, CareRules
from avenant.core.rulebook.model import Rulebook, empty_rulebook
from avenant.gateways.rulebook_files import shipped_rulebook

FRAMES = {
    "plans": care_rules.CarePlans,
    "families": care_rules.CareFamilies,
    "acts": care_rules.CareActs,
    "tariffs": care_rules.Tariffs,
    "guarantees": care_rules.Guarantees,
    "envelopes": care_rules.Envelopes,
    "envelope_families": care_rules.EnvelopeFamilies,
}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_rulebook()


def with_care(rulebook: Rulebook, **frames: pl.DataFrame) -> Rulebook:
    return replace(rulebook, care=replace(rulebook.care, **frames))


@pytest.mark.parametrize("name", FRAMES)
def test_the_frames_of_care_keep_their_contracts(rulebook: Rulebook, name: str) -> None:
    frame = getattr(rulebook.care, name)
    FRAMES[name].validate(frame)
    assert frame.height


@pytest.mark.parametrize("name", FRAMES)
def test_a_line_more_or_less_is_another_version(rulebook: Rulebook, name: str) -> None:
    assert with_care(rulebook, **{name: getattr(rulebook.care, name).slice(1)}).version != rulebook.version


@pytest.mark.parametrize("name", FRAMES)
def test_labels_sources_and_places_are_no_version(rulebook: Rulebook, name: str) -> None:
    frame = getattr(rulebook.care, name)
    changed = {column: pl.lit("changed") for column in ("label", "source", "file") if column in frame.columns}
    moved = {"line": pl.col("line") + 1} if "line" in frame.columns else {}
    assert with_care(rulebook, **{name: frame.with_columns(**changed, **moved)}).version == rulebook.version


def test_an_earlier_end_is_another_version(rulebook: Rulebook) -> None:
    ended = rulebook.care.tariffs.with_columns(valid_to=pl.col("valid_from").dt.offset_by("1d"))
    assert with_care(rulebook, tariffs=ended).version != rulebook.version


def test_the_content_keys_of_prices_and_care_never_meet(rulebook: Rulebook) -> None:
    keys = rulebook.content_keys()["content_key"]
    assert keys.n_unique() == len(keys)
    assert len(keys) == len(rulebook.price_lines) + sum(
        len(getattr(rulebook.care, name)) for name in NUMBERED
    )


def test_all_lines_share_one_series_of_numbers(rulebook: Rulebook) -> None:
    numbered = rulebook.numbered()
    frames = [numbered.price_lines, *(getattr(numbered.care, name) for name in NUMBERED)]
    numbers = sorted(number for frame in frames for number in frame["line_id"])
    assert numbers == list(range(1, len(rulebook.content_keys()) + 1))
    assert numbered.version == rulebook.version


def test_a_line_of_care_without_a_number_is_refused(rulebook: Rulebook) -> None:
    ids = rulebook.price_lines.select("content_key", line_id=pl.lit(1))
    with pytest.raises(ValueError, match="lines have no number, first 'envelope"):
        rulebook.with_line_ids(ids)


def test_a_rulebook_without_care_keeps_the_version_that_it_had(rulebook: Rulebook) -> None:
    assert empty_rulebook().version == "e3b0c44298fc1c14"  # the digest of nothing
    assert replace(rulebook, care=CareRules()).numbered().care.tariffs.is_empty()
