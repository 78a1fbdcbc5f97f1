"""Generated care as files: written in euros and percent, and read back by the import as it was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from avenant.core.generating import Story
from avenant.flows.generating import CARE_FOLDER, Wanted, story_of, write_history, write_news
from avenant.flows.importing import import_files
from avenant.flows.importing_documents import import_documents
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import PARIS, Database

RULEBOOK = shipped_rulebook()
WANTED = Wanted(contracts=60, months=6, seed=2, acts_yearly=8.0)


@pytest.fixture(scope="module")
def story() -> Story:
    return story_of(RULEBOOK, WANTED)


def unheard(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def test_care_is_written_in_euros_and_percent(story: Story, tmp_path: Path) -> None:
    news = story.known_at_the_end()
    rows = write_news(tmp_path, news)
    assert rows["care/care_lines.csv"] == news.care_lines.height > 0
    lines = pl.read_csv(tmp_path / CARE_FOLDER / "care_lines.csv", infer_schema=False)
    assert "charged_cents" not in lines.columns
    charged = lines["charged"].cast(pl.Decimal(12, 2)) * 100
    assert charged.cast(pl.Int64).to_list() == news.care_lines["charged_cents"].to_list()
    assert set(lines["rate"].drop_nulls().cast(pl.Float64)) <= set(range(0, 101, 5))


def test_a_week_without_care_writes_no_folder_for_it(story: Story, tmp_path: Path) -> None:
    write_history(tmp_path, story, 7, unheard)
    weeks = sorted(path for path in tmp_path.iterdir())
    assert not (weeks[0] / CARE_FOLDER).exists() or (weeks[0] / CARE_FOLDER / "documents.csv").exists()
    assert (weeks[-1] / CARE_FOLDER / "documents.csv").exists()


def test_import_reads_back_what_was_told(
    story: Story, tmp_path: Path, new_book: Callable[..., Database]
) -> None:
    book = new_book(opens=WANTED.first_month)
    book.simulate(datetime(2024, 1, 1, 8, tzinfo=PARIS))
    publish(book, RULEBOOK)
    news = story.known_at_the_end()
    write_news(tmp_path, news)
    import_files(book, tmp_path)
    report = import_documents(book, [tmp_path / CARE_FOLDER])
    assert report.rejects.is_empty()
    assert report.written["document"] == news.documents.height
    assert report.written["care_line"] == news.care_lines.height
    assert import_documents(book, [tmp_path / CARE_FOLDER]).written == {}
