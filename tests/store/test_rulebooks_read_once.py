"""The rulebook in force is read once per process, and is right at every revision and in every book."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from avenant.core.rulebook.model import Rulebook
from avenant.flows.publishing import publish
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.readers import graph_rules, rulebooks
from avenant.store.readers.graph_rules import rules_through_time
from avenant.store.readers.rulebooks import NothingPublished, ReadOnce, published, published_version


def dearer(rulebook: Rulebook, cents: int) -> Rulebook:
    """Every price line costs so much more."""
    key = pl.col("content_key") + f"+{cents}"
    lines = rulebook.price_lines.with_columns(pl.col("amount_cents") + cents, content_key=key)
    return replace(rulebook, price_lines=lines)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions whose content was read from a database."""
    versions: list[str] = []
    original = rulebooks._read

    def counted(connection: object, version: str, *others: object) -> object:
        versions.append(version)
        return original(connection, version, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(rulebooks, "_read", counted)
    monkeypatch.setattr(rulebooks, "READ", ReadOnce(most=3))
    return versions


def test_each_revision_has_the_rulebook_of_its_time(
    new_book: Callable[..., Database], read: list[str]
) -> None:
    db = new_book(opens=date(2026, 1, 1))
    first, second = shipped_rulebook(), dearer(shipped_rulebook(), 100)
    versions = [publish(db, first), publish(db, second), publish(db, first)]
    read.clear()
    with db.snapshot() as connection:
        head = db.head()
        for _ in range(2):
            seen = [published(connection, rev).version for rev in (head - 2, head - 1, head, None)]
            assert seen == [*versions, versions[2]]
        with pytest.raises(NothingPublished):
            published(connection, head - 3)
        assert len(read) <= 3
        prices = published(connection, head - 1).rulebook.price_lines["amount_cents"].sum()
        assert prices == second.price_lines["amount_cents"].sum()
        assert published_version(connection, versions[1]).version == versions[1]


def test_two_books_give_a_rulebooks_lines_their_own_numbers(
    new_book: Callable[..., Database], read: list[str]
) -> None:
    """The same version, published after another one in one of them."""
    shipped = shipped_rulebook()
    one, other = new_book(opens=date(2026, 1, 1)), new_book(opens=date(2026, 1, 1))
    publish(other, dearer(shipped, 100))
    publish(one, shipped)
    publish(other, shipped)
    found = []
    for db in (one, other, one):
        with db.snapshot() as connection:
            found.append(published(connection).rulebook.price_lines["line_id"].to_list())
    assert found[0] == found[2] != found[1]


def test_what_a_graph_stands_on_is_read_once_and_known_at_each_revision(
    new_book: Callable[..., Database], read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_rules, "READ", ReadOnce())
    db = new_book(opens=date(2026, 1, 1))
    first, second = shipped_rulebook(), dearer(shipped_rulebook(), 100)
    publish(db, first)
    publish(db, second)
    read.clear()
    with db.snapshot() as connection:
        head = db.head()
        before, after, now = (rules_through_time(connection, rev) for rev in (head - 1, head, None))
        ids = rulebooks.price_lines(connection)
        assert len(read) <= 2 and now is after
        assert rules_through_time(connection, head - 2).rule_lines.is_empty()
    keys = pl.concat([first.content_keys(), second.content_keys()])
    assert before.rule_lines.height == first.content_keys().height
    assert after.rule_lines.height == keys.height
    known = after.rule_lines.join(ids, on=["line_id", "content_key"], how="semi")
    assert set(known["content_key"]) == set(keys["content_key"])
    assert (
        after.parameters.filter(rev=head)
        .drop("rev")
        .equals(
            second.parameters.select("parameter", "valid_from", "valid_to", "value", "source").sort(
                "parameter", "valid_from"
            )
        )
    )


def test_no_more_than_a_few_are_kept() -> None:
    kept: ReadOnce[None] = ReadOnce(most=2)
    asked: list[str] = []

    def answer(name: str) -> None:
        kept.answer((b"", name), lambda: asked.append(name))

    for name in ("a", "b", "c"):
        answer(name)
    assert len(kept._kept) == 2
