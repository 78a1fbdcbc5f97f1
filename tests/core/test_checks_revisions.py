"""Checks of revisions, digests, runs and guards on small frames."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from avenant.core.checks import append_only, chain, known_rows, revisions, row_counts, runs
from avenant.core.checks.revisions import Head

SEALED = pl.DataFrame(
    {
        "rev": [1, 2, 3],
        "change_id": [10, None, 12],
        "at_us": [100, 200, 300],
        "actor": ["anna", None, "nightly"],
        "run_id": [None, None, 5],
    },
    schema_overrides={"run_id": pl.Int64, "change_id": pl.Int64},
)
RECORDED = pl.DataFrame(
    {
        "change_id": [10, 12, 12],
        "table_name": ["contract", "premium", "run_chunk"],
        "row_count": [1, 2, 1],
        "digest": ["aa", "bb", "cc"],
    }
)


def chained() -> pl.DataFrame:
    """SEALED with the digests that follow from RECORDED."""
    digest, digests = chain.ORIGIN, []
    for row in SEALED.iter_rows(named=True):
        wrote = RECORDED.filter(change_id=row["change_id"]) if row["change_id"] else RECORDED.clear()
        tables = wrote.select("table_name", "row_count", "digest").rows()
        digest = chain.revision_digest(digest, row, tables)
        digests.append(digest)
    return SEALED.with_columns(digest=pl.Series(digests))


HEAD = Head(3, 300, chained()["digest"][-1])


def test_revisions_up_to_the_head_without_gap_are_fine() -> None:
    assert revisions.findings(chained(), [HEAD]) == []
    assert revisions.findings(chained().clear(), [Head(0, 0, chain.ORIGIN)]) == []


def test_gaps_repeated_instants_and_a_head_of_its_own_are_found() -> None:
    (gap,) = revisions.findings(chained().filter(pl.col("rev") != 2), [HEAD])
    assert (gap.where, "1 between them are gone" in gap.message) == ("revision 3", True)
    (first,) = revisions.findings(chained().tail(2), [HEAD])
    assert first.where == "revision 2"
    (still,) = revisions.findings(chained().with_columns(pl.Series("at_us", [100, 300, 300])), [HEAD])
    assert still.message == "is not later than the one before"
    for head in (replace(HEAD, rev=4), replace(HEAD, at_us=301), replace(HEAD, digest="00")):
        assert len(revisions.findings(chained(), [head])) == 1
    assert revisions.findings(chained(), [])
    assert revisions.findings(chained().clear(), [HEAD])


def test_two_revisions_of_one_change_are_found() -> None:
    twice = chained().with_columns(change_id=pl.lit(10, pl.Int64))
    assert len(revisions.findings(twice, [HEAD])) == 3


WRITTEN = RECORDED.drop("digest")
CHANGES = SEALED.select("change_id", "run_id", "rev").drop_nulls("change_id")


def test_every_row_is_known_by_a_revision() -> None:
    assert known_rows.findings(WRITTEN, CHANGES) == []
    unsealed = CHANGES.with_columns(rev=pl.when(pl.col("change_id") == 12).then(None).otherwise("rev"))
    assert {found.where for found in known_rows.findings(WRITTEN, unsealed)} == {
        "change 12, table premium",
        "change 12, table run_chunk",
    }
    (lost,) = known_rows.findings(WRITTEN, CHANGES.filter(pl.col("change_id") != 10))
    assert "a change that does not exist" in lost.message
    (empty,) = known_rows.findings(WRITTEN.head(1), unsealed)
    assert empty.where == "change 12"


def test_every_change_still_has_the_rows_it_wrote() -> None:
    ties = pl.DataFrame({"change_id": [12], "table_name": ["invoice_entry"], "row_count": [4]})
    there = pl.concat([WRITTEN, ties])
    assert row_counts.findings(there, RECORDED, ["invoice_entry"]) == []
    (deleted,) = row_counts.findings(
        there.filter(pl.col("table_name") != "contract"), RECORDED, ["invoice_entry"]
    )
    assert "1 rows were written, 0 are there" in deleted.message
    assert row_counts.findings(there, RECORDED, [])[0].where == "change 12, table invoice_entry"


RUNS = pl.DataFrame(
    {
        "run_id": [5],
        "code_version": ["0.1.0+ab12"],
        "rulebook_version": ["9f3c"],
        "business_date": [date(2026, 6, 30)],
        "horizon": [date(2026, 6, 1)],
    }
)
CHUNKS = pl.DataFrame({"run_id": [5], "chunk": [0], "read_rev": [2], "change_id": [12]})
PUBLISHED = pl.Series(["9f3c"])


def test_every_entry_names_its_run() -> None:
    assert runs.findings(WRITTEN, CHANGES, RUNS, CHUNKS, PUBLISHED) == []
    (nobody,) = runs.findings(
        WRITTEN, CHANGES.with_columns(run_id=pl.lit(None, pl.Int64)), RUNS, CHUNKS.clear(), PUBLISHED
    )[:1]
    assert nobody.message == "its rows name no run"
    (absent,) = runs.findings(WRITTEN, CHANGES, RUNS.clear(), CHUNKS, PUBLISHED)
    assert absent.message == "its rows name run 5, which does not exist"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code_version": ""}, "which code"),
        ({"code_version": None}, "which code"),
        ({"rulebook_version": "none"}, "never published"),
        ({"rulebook_version": None}, "never published"),
        ({"business_date": None}, "business date"),
        ({"horizon": date(2026, 6, 2)}, "business date, or a horizon"),
    ],
)
def test_a_run_that_does_not_say_what_it_ran_with_is_found(values: dict[str, object], said: str) -> None:
    silent = RUNS.with_columns(
        pl.lit(value, dtype=RUNS.schema[name]).alias(name) for name, value in values.items()
    )
    (found,) = runs.findings(WRITTEN, CHANGES, silent, CHUNKS, PUBLISHED)
    assert said in found.message


def test_a_chunk_names_the_revision_it_read() -> None:
    (silent,) = runs.findings(WRITTEN, CHANGES, RUNS, CHUNKS.clear(), PUBLISHED)
    assert "no chunk says which revision" in silent.message
    for wrong in ({"read_rev": 3}, {"read_rev": -1}, {"run_id": 4}):
        chunks = CHUNKS.with_columns(**{name: pl.lit(value, pl.Int64) for name, value in wrong.items()})
        (found,) = runs.findings(WRITTEN, CHANGES, RUNS, chunks, PUBLISHED)
        assert found.where.endswith("chunk 0")


def test_a_chain_that_verifies_can_be_compared_with_a_digest_kept_elsewhere() -> None:
    assert chain.findings(chained(), RECORDED, RECORDED, 3, HEAD.digest.upper()) == []
    assert chain.findings(chained().head(0), RECORDED.clear(), RECORDED.clear(), 0, chain.ORIGIN) == []
    (found,) = chain.findings(chained(), RECORDED, RECORDED, 3, "ff")
    assert "expected was ff" in found.message


def test_an_edited_row_breaks_its_own_revision_alone() -> None:
    edited = RECORDED.with_columns(digest=pl.Series(["aa", "b0", "cc"]))
    (found,) = chain.findings(chained(), RECORDED, edited, 3)
    assert (found.where, "not those that were written" in found.message) == (
        "revision 3, table premium",
        True,
    )
    (deleted,) = chain.findings(chained(), RECORDED, RECORDED.tail(2), 3)
    assert "1 rows were written, 0 are there" in deleted.message
    (added,) = chain.findings(chained(), RECORDED.head(2), RECORDED, 3)[-1:]
    assert added.where.startswith("revision 3")


def test_rows_and_digests_rewritten_together_break_the_chain() -> None:
    both = RECORDED.with_columns(digest=pl.Series(["ab", "bb", "cc"]))
    (found,) = chain.findings(chained(), both, both, 3)
    assert (found.where, "does not follow" in found.message) == ("revision 1", True)


@pytest.mark.parametrize("column", ["actor", "at_us", "run_id"])
def test_who_when_and_which_run_are_covered(column: str) -> None:
    value = pl.lit("somebody") if column == "actor" else pl.lit(7, pl.Int64)
    changed = chained().with_columns(pl.when(pl.col("rev") == 3).then(value).otherwise(column).alias(column))
    assert [found.where for found in chain.findings(changed, RECORDED, RECORDED, 3)] == ["revision 3"]


def test_a_revision_that_is_gone_breaks_the_chain() -> None:
    assert (
        chain.findings(chained().filter(pl.col("rev") != 2), RECORDED, RECORDED, 3)[0].where == "revision 3"
    )
    (short,) = chain.findings(chained().head(2), RECORDED.head(1), RECORDED.head(1), 3)
    assert "revision 3 is missing" in short.message


def guards() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    triggers = pl.DataFrame(sorted(append_only.GUARDS), schema=["table_name", "guard"], orient="row")
    constraints = pl.DataFrame(sorted(append_only.CONSTRAINTS), schema=["table_name", "name"], orient="row")
    none = pl.DataFrame(schema={"table_name": pl.String, "role": pl.String, "privilege": pl.String})
    return triggers.with_columns(always=True, intact=True), constraints.with_columns(valid=True), none


def test_all_guards_standing_is_fine() -> None:
    assert append_only.findings(*guards()) == []


def test_a_guard_that_is_gone_disabled_or_hollow_is_found() -> None:
    triggers, constraints, none = guards()
    on_premium = (pl.col("table_name") == "premium") & (pl.col("guard") == "append_only")
    for changed, said in (
        (triggers.filter(~on_premium), "guard append_only is missing"),
        (triggers.with_columns(always=~on_premium), "a session can switch it off"),
        (triggers.with_columns(intact=~on_premium), "no longer does what it should"),
        (triggers.with_columns(intact=pl.when(~on_premium).then(True)), "no longer does what it should"),
    ):
        (found,) = append_only.findings(changed, constraints, none)
        assert (found.where, said in found.message) == ("table premium", True)


def test_a_constraint_or_privilege_that_should_not_be_so_is_found() -> None:
    triggers, constraints, none = guards()
    weaker = constraints.with_columns(valid=pl.col("name") != "premium_key")
    (found,) = append_only.findings(triggers, weaker, none)
    assert "constraint premium_key is missing" in found.message
    may = pl.DataFrame({"table_name": ["premium"], "role": ["avenant_app"], "privilege": ["DELETE"]})
    (found,) = append_only.findings(triggers, constraints, may)
    assert found.message == "role avenant_app may DELETE rows; revoke it"
