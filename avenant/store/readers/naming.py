"""Numbers for people instead of our own: refs of contracts, members, acts and payees, beside rows of the books."""

from collections.abc import Mapping

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import Schema, read_frame
from avenant.store.readers.known import array, bigints
from avenant.store.readers.rulebooks import SLOTS

CONTRACTS = {"contract_id": pl.Int32, "contract_ref": pl.String, "currency": pl.String}
MEMBERS = {"member_id": pl.Int32, "member_ref": pl.String}
LINES = {"line_id": pl.Int64, "line_ref": pl.String, "act_code": pl.String, "care_family": pl.String}
PAYEES = {"payee_id": pl.Int32, "payee": pl.String}


def with_refs(connection: Connection, rows: pl.DataFrame) -> pl.DataFrame:
    """``rows`` with what people call the ids they carry, in their order.

    contract_id brings contract_ref and currency; member_id member_ref; family_id family_ref; slot_id the columns of
    the slot; act_id or line_id line_ref, act_code and care_family; payee_id payee (``member`` or the provider's ref);
    provider_id provider_ref. Columns that ``rows`` has already stay as they are.
    """
    return all_with_refs(connection, {"rows": rows})["rows"]


def all_with_refs(connection: Connection, frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Several frames, each as `with_refs` completes it; ids of one kind are asked about once for all of them."""
    told = dict(frames)
    for column, names in _NAMES.items():
        those = [name for name, rows in told.items() if column in rows.columns]
        if those:
            known = names(connection, pl.concat([told[name][column] for name in those]).drop_nulls().unique())
            told |= {name: _named(told[name], column, known) for name in those}
    return told


def _named(rows: pl.DataFrame, column: str, known: pl.DataFrame) -> pl.DataFrame:
    known = known.drop([name for name in known.columns if name != column and name in rows.columns])
    return rows.join(known, on=column, how="left", maintain_order="left")


def _asked(connection: Connection, query: str, columns: Schema, ids: pl.Series) -> pl.DataFrame:
    """What ``query`` reads about ``ids``; nothing is asked about nothing."""
    return read_frame(connection, query, columns) if len(ids) else pl.DataFrame(schema=dict(columns))


def _contracts(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    query = f"""
        SELECT contract_id, ref, currency FROM contract
        WHERE version = 1 AND contract_id = ANY({array(ids)})"""
    return _asked(connection, query, CONTRACTS, ids)


def _members(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    query = f"SELECT member_id, ref FROM member WHERE version = 1 AND member_id = ANY({array(ids)})"
    return _asked(connection, query, MEMBERS, ids)


def _families(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    return _members(connection, ids).rename({"member_id": "family_id", "member_ref": "family_ref"})


def _slots(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    query = f"SELECT {', '.join(SLOTS)} FROM slot WHERE slot_id = ANY({array(ids)})"
    return _asked(connection, query, SLOTS, ids)


def _lines(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    """By the latest version of each line: a correction may have told another code."""
    query = f"""
        SELECT DISTINCT ON (line_id) line_id, ref, act_code, family FROM care_line
        WHERE line_id = ANY({bigints(ids)}) ORDER BY line_id, version DESC"""
    return _asked(connection, query, LINES, ids)


def _acts(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    return _lines(connection, ids).rename({"line_id": "act_id"})


def _payees(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    member = pl.DataFrame({"payee_id": [0], "payee": ["member"]}, schema=PAYEES)
    query = f"SELECT provider_id, ref FROM provider WHERE provider_id = ANY({array(ids)})"
    return pl.concat([member, _asked(connection, query, PAYEES, ids)])


def _providers(connection: Connection, ids: pl.Series) -> pl.DataFrame:
    return _payees(connection, ids).rename({"payee_id": "provider_id", "payee": "provider_ref"})


_NAMES = {
    "contract_id": _contracts,
    "member_id": _members,
    "family_id": _families,
    "slot_id": _slots,
    "line_id": _lines,
    "act_id": _acts,
    "payee_id": _payees,
    "provider_id": _providers,
}
