"""What stands now of the facts that some news speaks of: latest versions, with refs and ids."""

from dataclasses import dataclass

import polars as pl

from avenant.core.frames.news import News
from avenant.core.premiums import Facts
from avenant.store.database import Connection
from avenant.store.frames import Schema, read_frame
from avenant.store.readers.known import array, latest
from avenant.store.tables import CONTRACT, ENROLMENT, MEMBER, TABLES


@dataclass(frozen=True, slots=True)
class Standing:
    """Latest versions, withdrawn ones included, of the facts named by some news and of those around them.

    contracts, members, enrolments: columns of ``store.tables``; balances: contract_id, amount_cents of
    openings; approvals: their four columns.
    """

    contracts: pl.DataFrame
    members: pl.DataFrame
    enrolments: pl.DataFrame
    balances: pl.DataFrame
    approvals: pl.DataFrame

    def facts(self) -> Facts:
        """The same without what is withdrawn, for the rules that judge news."""
        live = ~pl.col("withdrawn")
        return Facts(self.contracts.filter(live), self.members.filter(live), self.enrolments.filter(live))


def standing_for(connection: Connection, news: News) -> Standing:
    """What stands now of everything ``news`` names: whole families, all enrolments of members and contracts."""
    told = _latest_by_ref(connection, "contract", CONTRACT, news.contracts["ref"])
    enrolments = pl.concat(
        [
            _latest_by_ref(connection, "enrolment", ENROLMENT, news.enrolments["ref"]),
            _latest_by_id(connection, "enrolment", ENROLMENT, "contract_id", told["contract_id"]),
        ]
    ).unique("enrolment_id", maintain_order=True)
    members = _members(connection, news, enrolments)
    others = _latest_by_id(connection, "enrolment", ENROLMENT, "member_id", members["member_id"])
    enrolments = pl.concat([enrolments, others]).unique("enrolment_id", maintain_order=True)
    theirs = _latest_by_id(connection, "contract", CONTRACT, "contract_id", enrolments["contract_id"])
    contracts = pl.concat([_contracts(connection, news), theirs]).unique("contract_id", maintain_order=True)
    named = contracts["contract_id"].to_list()
    return Standing(
        contracts, members, enrolments, _openings(connection, named), _approvals(connection, named)
    )


def _members(connection: Connection, news: News, enrolments: pl.DataFrame) -> pl.DataFrame:
    refs = pl.concat(
        [
            news.members["ref"],
            news.members["primary_ref"],
            news.enrolments["member_ref"],
            news.people["member_ref"],
            news.approvals["member_ref"],
            news.documents["member_ref"],
        ]
    )
    named = _latest_by_ref(connection, "member", MEMBER, refs)
    where = "t.member_id = ANY(%s::int[]) OR t.family_id = ANY(%s::int[])"
    ids = enrolments["member_id"].to_list()
    around = _latest(connection, "member", MEMBER, f"({where})", [ids, named["family_id"].unique().to_list()])
    return pl.concat([named, around]).unique("member_id", maintain_order=True)


def _contracts(connection: Connection, news: News) -> pl.DataFrame:
    refs = pl.concat(
        [
            news.contracts["ref"],
            news.enrolments["contract_ref"],
            news.balances["contract_ref"],
            news.approvals["contract_ref"],
        ]
    )
    return _latest_by_ref(connection, "contract", CONTRACT, refs)


def _latest_by_ref(connection: Connection, table: str, columns: Schema, refs: pl.Series) -> pl.DataFrame:
    wanted = refs.drop_nulls().unique().to_list()
    return _latest(connection, table, columns, "t.ref = ANY(%s)", [wanted])


def _latest_by_id(
    connection: Connection, table: str, columns: Schema, column: str, ids: pl.Series
) -> pl.DataFrame:
    return _latest(connection, table, columns, f"t.{column} = ANY(%s::int[])", [ids.unique().to_list()])


def _latest(
    connection: Connection, table: str, columns: Schema, where: str, parameters: list[list[object]]
) -> pl.DataFrame:
    if not any(parameters):
        return pl.DataFrame(schema=dict(columns))
    return read_frame(connection, latest(table, f"{table}_id", columns, None, where), columns, parameters)


def _openings(connection: Connection, contracts: list[int]) -> pl.DataFrame:
    columns = {"contract_id": pl.Int32, "amount_cents": pl.Int64}
    query = f"""
        SELECT contract_id, amount_cents FROM balance_movement
        WHERE kind = 'opening' AND contract_id = ANY({array(contracts)})"""
    return read_frame(connection, query, columns)


def _approvals(connection: Connection, contracts: list[int]) -> pl.DataFrame:
    columns = TABLES["approval"]
    query = f"SELECT {', '.join(columns)} FROM approval WHERE contract_id = ANY({array(contracts)})"
    return read_frame(connection, query, columns)
