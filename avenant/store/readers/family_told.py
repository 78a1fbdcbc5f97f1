"""What was told about one family and stands: documents, lines of care, answers, held changes; families of a contract.

Forms offer it, so that nobody needs to know a number by heart. All by index, and none longer than a list to choose
from.
"""

import polars as pl

from avenant.store.database import Connection
from avenant.store.frames import read_frame
from avenant.store.readers.known import array, latest
from avenant.store.readers.naming import with_refs

MOST = 500
"""So many documents and lines can be chosen from, the latest first."""
IDS = {"ref": pl.String, "member_id": pl.Int32}
DOCUMENTS = {"ref": pl.String, "kind": pl.String, "member_ref": pl.String, "received_on": pl.Date}
LINES = {
    "ref": pl.String,
    "member_id": pl.Int32,
    "act_code": pl.String,
    "family": pl.String,
    "care_from": pl.Date,
    "charged_cents": pl.Int64,
    "quantity": pl.Int32,
    "cancels": pl.String,
}
ANSWERS = {"ref": pl.String, "kind": pl.String, "line_ref": pl.String}
HELD = {
    "contract_id": pl.Int32,
    "member_id": pl.Int32,
    "first_month": pl.Date,
    "last_month": pl.Date,
    "months": pl.Int32,
    "difference_cents": pl.Int64,
}
FAMILIES = {"family_id": pl.Int32}


def ids_of(connection: Connection, refs: list[str]) -> dict[str, int]:
    """The ids of members by their refs."""
    query = "SELECT ref, member_id FROM member WHERE version = 1 AND ref = ANY(%s)"
    return dict(read_frame(connection, query, IDS, [refs]).iter_rows())


def documents_of(connection: Connection, refs: list[str]) -> pl.DataFrame:
    """Documents about the members ``refs`` that are not withdrawn, the latest first: columns DOCUMENTS."""
    stand = latest("document", "document_id", [*DOCUMENTS, "withdrawn"], None, "t.member_ref = ANY(%s)")
    query = f"""
        SELECT {", ".join(DOCUMENTS)} FROM ({stand}) AS d WHERE NOT withdrawn
        ORDER BY received_on DESC, ref LIMIT {MOST}"""
    return read_frame(connection, query, DOCUMENTS, [refs])


def lines_of(connection: Connection, members: list[int]) -> pl.DataFrame:
    """Lines of care of ``members`` (ids) that stand, the latest care first: columns LINES, and member_ref."""
    about = f"t.member_id = ANY({array(members)})"
    stand = latest("care_line", "line_id", [*LINES, "withdrawn"], None, about)
    query = f"""
        SELECT {", ".join(LINES)} FROM ({stand}) AS l WHERE NOT withdrawn
        ORDER BY care_from DESC, ref LIMIT {MOST}"""
    return with_refs(connection, read_frame(connection, query, LINES))


def answers_of(connection: Connection, members: list[int]) -> pl.DataFrame:
    """Answers about lines of ``members`` that are not withdrawn: columns ANSWERS."""
    about = f"t.line_ref IN (SELECT ref FROM care_line WHERE member_id = ANY({array(members)}))"
    stand = latest("answer", "answer_id", [*ANSWERS, "withdrawn"], None, about)
    query = f"SELECT {', '.join(ANSWERS)} FROM ({stand}) AS a WHERE NOT withdrawn ORDER BY ref LIMIT {MOST}"
    return read_frame(connection, query, ANSWERS)


def held_of(connection: Connection, contracts: list[int], members: list[int]) -> pl.DataFrame:
    """What is held of ``members`` under ``contracts``: columns HELD, contract_ref, currency, member_ref."""
    query = f"""
        SELECT {", ".join(HELD)} FROM (
            SELECT DISTINCT ON (contract_id, member_id) * FROM held
            WHERE contract_id = ANY({array(contracts)}) AND member_id = ANY({array(members)})
            ORDER BY contract_id, member_id, held_id DESC) AS noted
        WHERE months > 0 ORDER BY contract_id, member_id"""
    return with_refs(connection, read_frame(connection, query, HELD))


def families_under(connection: Connection, contract: str, most: int) -> list[str]:
    """Refs of the primaries of at most ``most`` families that were ever covered under a contract."""
    query = """
        SELECT DISTINCT m.family_id FROM enrolment AS e
        JOIN contract AS c ON c.contract_id = e.contract_id AND c.version = 1
        JOIN member AS m ON m.member_id = e.member_id AND m.version = 1
        WHERE c.ref = %s LIMIT %s"""
    families = with_refs(connection, read_frame(connection, query, FAMILIES, [contract, most]))
    return sorted(families["family_ref"].to_list()) if len(families) else []
