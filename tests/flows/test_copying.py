"""A pseudonymised copy: nobody in it, and yet a preview of any change says on it what it says on the book itself."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from avenant.cli import app
from avenant.flows import learn, nightly, publishing
from avenant.flows.copying import load_copy, write_pseudonymised
from avenant.flows.preview_told import fields
from avenant.flows.previewing_book import previewed_book
from avenant.gateways import postgres
from avenant.gateways.book_copies import CopyRefused
from avenant.gateways.rulebook_files import shipped_rulebook
from avenant.store.database import Database
from avenant.store.readers.pseudonyms import CONSTANTS, COPIED, KEPT, LEFT_OUT, REPLACED, TOKENS
from avenant.store.setup import Server
from tests.commands.test_acts import document, table
from tests.flows.test_graph import BILL, PEOPLE, RETURN, day

TODAY = date(2025, 4, 30)
SECRETS = ("M-1", "C-1", "E-1", "D2#1", "Zoé Martin", "DR1", "operator-ana", "because she said so")
TEXTS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND data_type IN ('text', 'jsonb')"""
TABLES = """
    SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r'
      AND c.relname !~ '^(auth|account|django|mfa|socialaccount|desk)_'"""


@pytest.fixture
def book(new_book: Callable[..., Database]) -> Database:
    """Two visits of one member, one with the Sécu's return; learnt by an operator with a reason of her own."""
    db = new_book(opens=date(2025, 1, 1), starts_at=datetime(2025, 3, 30, 9, tzinfo=UTC))
    publishing.publish(db, shipped_rulebook(), actor="operator-ana")
    people = replace(
        PEOPLE,
        people=table("people", {"member_ref": "M-1", "kind": "name", "value": "Zoé Martin"}),
    )
    learn.learn(db, people, "operator-ana", "because she said so")
    day(
        db,
        date(2025, 3, 31),
        document("D2", "member_invoice", "M-1", BILL),
        document("D9", "member_invoice", "M-1", BILL | {"care_from": date(2025, 3, 9), "provider_ref": "X2"}),
    )
    day(db, date(2025, 4, 14), document("D1", "secu_return", "M-1", BILL | RETURN))
    return db


@pytest.fixture
def copied(book: Database, server: Server, tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    path, name = tmp_path / "book.zip", f"copied_{uuid.uuid4().hex[:12]}"
    write_pseudonymised(book, path)
    yield path, load_copy(server, path, name)
    server.drop_database(name)


def told(db: Database, factor: float) -> dict[str, object]:
    """What a preview says under prices times ``factor``, without who it is about."""
    rulebook = shipped_rulebook()
    prices = (pl.col("amount_cents") * factor).round().cast(pl.Int64)
    dearer = replace(rulebook, price_lines=rulebook.price_lines.with_columns(amount_cents=prices))
    found = fields(previewed_book(db, TODAY, rulebook if factor == 1 else dearer))
    for row in (*found["largest"], *found["sample"]):  # type: ignore[misc]
        row.pop("contract_ref"), row.pop("member_ref")
    found.pop("seconds")
    return found


def test_nobody_is_recognisable_in_a_copy(copied: tuple[Path, Database]) -> None:
    path, _ = copied
    with zipfile.ZipFile(path) as archive:
        whole = "\n".join(archive.read(name).decode() for name in archive.namelist())
    assert [secret for secret in SECRETS if secret in whole] == []
    assert "D000000002#1" in whole and "M000000001" in whole


@pytest.mark.parametrize("factor", [1, 1.1])
def test_a_preview_says_on_the_copy_what_it_says_on_the_book(
    factor: float, book: Database, copied: tuple[Path, Database]
) -> None:
    nightly.run(book, TODAY)
    write_pseudonymised(book, copied[0].with_name("again.zip"))
    nightly.run(copied[1], TODAY)
    seen, again = told(book, factor), told(copied[1], factor)
    assert {**seen, "read_rev": 0} == {**again, "read_rev": 0}
    assert bool(seen["charges"]) == (factor != 1)


def test_a_copy_is_a_book_that_goes_on(copied: tuple[Path, Database]) -> None:
    _, db = copied
    assert db.settings().clock == "simulated" and db.settings().issuer == "pseudonymised"
    late = document(
        "D7", "member_invoice", "M000000001", BILL | {"care_from": date(2025, 3, 5), "provider_ref": "Z9"}
    )
    learn.learn(db, late, "ci", "goes on")
    assert nightly.run(db, TODAY).written_rows > 0


def test_every_table_and_every_column_of_text_was_decided_about(book: Database) -> None:
    undecided = []
    with book.connect() as connection:
        tables = {name for (name,) in connection.execute(TABLES)}
        assert tables == set(COPIED) | LEFT_OUT
        for name in COPIED:
            columns = {column for (column,) in connection.execute(TEXTS, [name])}
            decided = set(REPLACED.get(name, {})) | KEPT.get(name, frozenset())
            undecided += [f"{name}.{column}" for column in sorted(columns - decided)]
    assert undecided == []
    kinds = {kind for replaced in REPLACED.values() for kind in replaced.values()}
    assert kinds <= {*TOKENS, *CONSTANTS, "line", "lines", "payer"}


def test_what_is_no_copy_is_refused(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "book.zip"
    file.write_text("no copy")
    with pytest.raises(CopyRefused, match="is no copy of a book"):
        load_copy(server, file, "never_made")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("member.csv", "")
    with pytest.raises(CopyRefused, match="not written to its end"):
        load_copy(server, file, "never_made")
    assert "never_made" not in server.list_databases()


def test_a_build_exports_loads_and_previews_at_the_command_line(
    book: Database, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "server_from_environment", lambda: server)
    source, name = book.url.rsplit("/", 1)[-1].partition("?")[0], f"ci_{uuid.uuid4().hex[:12]}"

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(words))
        return result.exit_code, result.output

    file = str(tmp_path / "book.zip")
    code, output = run("export", "--pseudonymised", "--output", file, "--database", source)
    assert code == 0 and "rows up to revision" in output
    try:
        assert run("db", "load", file, name)[0] == 0
        assert run("preview", "--database", name, "--workers", "0", "--date", "2025-04-14")[0] == 0
        assert run("db", "load", file, name)[0] == 2
    finally:
        server.drop_database(name)
    assert run("export")[0] == 2 and run("export", "--pseudonymised", "journal")[0] == 2
