"""What is set beside the acts stands beside the right ones, also where nothing was found."""

from datetime import date

import polars as pl

from avenant.core.claims.adjudication.dated_values import dated_values
from avenant.core.claims.adjudication.joining import beside, typed, without

ACTS = pl.DataFrame({"act_id": [3, 1, 2], "amount_cents": [30_00, 10_00, 20_00]})


def test_where_nothing_was_found_nulls_of_its_types_stand_beside_the_acts() -> None:
    nothing = pl.DataFrame(schema={"act_id": pl.Int64, "room": pl.Int64, "until": pl.Date})
    found = beside(ACTS, nothing)
    assert found.drop("room", "until").equals(ACTS)
    assert found.schema == {**ACTS.schema, "room": pl.Int64, "until": pl.Date}
    assert found["room"].null_count() == found["until"].null_count() == 3


def test_what_was_found_stands_beside_its_own_act() -> None:
    room = pl.DataFrame({"act_id": [2, 3], "room": [5_00, 7_00]})
    assert beside(ACTS, room)["room"].to_list() == [7_00, None, 5_00]
    assert beside(ACTS, ACTS[["act_id"]].with_columns(room=pl.lit(1)))["room"].to_list() == [1, 1, 1]
    assert without(beside(ACTS, room), "room").equals(ACTS)


def test_columns_get_their_types_and_order() -> None:
    types = {"amount_cents": pl.Int64, "act_id": pl.Int32}
    assert typed(ACTS, types).schema == types
    assert typed(ACTS, types)["act_id"].to_list() == [3, 1, 2]


def test_values_are_laid_out_once_for_the_rulebook_in_use() -> None:
    columns = {
        "parameter": ["pmss_cents"] * 2,
        "valid_from": [date(2025, 1, 1), date(2026, 1, 1)],
        "valid_to": [date(2026, 1, 1), None],
        "value": [3_925_00, 4_005_00],
    }
    told, other = pl.DataFrame(columns), pl.DataFrame(columns | {"value": [1, 2]})
    values, days = dated_values(told), pl.Series([date(2024, 12, 31), date(2025, 12, 31), date(2026, 1, 1)])
    assert values is dated_values(told) and values is not dated_values(other)
    assert values.on(days, "pmss_cents")["pmss_cents"].to_list() == [None, 3_925_00, 4_005_00]
    assert values.on(days, "pmss_cents", "unheard_of").columns == ["pmss_cents", "unheard_of"]
    assert values.on(days, "unheard_of")["unheard_of"].to_list() == [None] * 3
    assert dated_values(other).on(days, "pmss_cents")["pmss_cents"].to_list() == [None, 1, 2]
