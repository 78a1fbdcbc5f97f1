"""Whether the books are at rest for some families: the last night saw all that is known, by the same rules."""

from datetime import date

from avenant.store.database import Connection
from avenant.store.readers.known import array


def at_rest(
    connection: Connection, families: list[int], rulebook_version: str, code_version: str, horizon: date
) -> bool:
    """Whether a nightly run up to ``horizon`` would write nothing about ``families``, known without recomputing.

    True where the last nightly run ended well under this rulebook, code and horizon, none began since, and no fact
    about these families was sealed after the revision that it read. Every lookup is answered by an index.
    """
    last = connection.execute(
        """SELECT status = 'done' AND rulebook_version = %s AND code_version = %s AND horizon = %s,
                  (counts->>'read_rev')::bigint
           FROM run LEFT JOIN run_close USING (run_id) WHERE kind = 'nightly' ORDER BY run_id DESC LIMIT 1""",
        [rulebook_version, code_version, horizon],
    ).fetchone()
    if last is None or not last[0]:
        return False
    rows = connection.execute(
        "SELECT DISTINCT member_id FROM member WHERE family_id = ANY(%s::int[])", [families]
    )
    row = connection.execute(_news_query([member for (member,) in rows], int(last[1]))).fetchone()
    return row is not None and not row[0]


def _news_query(members: list[int], rev: int) -> str:
    """A query that is true where a version of any fact about ``members`` was sealed after ``rev``.

    All versions of a fact count, so that what left these members concerns them, too.
    """
    mine = f"member_id = ANY({array(members)})"
    contracts = f"SELECT contract_id FROM enrolment WHERE {mine}"
    refs = f"SELECT ref FROM member WHERE {mine}"
    lines = f"SELECT ref FROM care_line WHERE {mine}"
    providers = f"SELECT provider_id FROM care_line WHERE {mine}"
    facts = {
        "member": mine,
        "enrolment": f"enrolment_id IN (SELECT enrolment_id FROM enrolment WHERE {mine})",
        "contract": f"contract_id IN ({contracts})",
        "approval": f"contract_id IN ({contracts}) AND {mine}",
        "care_line": f"line_id IN (SELECT line_id FROM care_line WHERE {mine})",
        "document": f"document_id IN (SELECT document_id FROM document WHERE member_ref IN ({refs}))",
        "answer": f"""answer_id IN (
            SELECT answer_id FROM answer WHERE line_ref IN ({lines})
            UNION SELECT answer_id FROM answer WHERE other_ref IN ({lines}))""",
        "provider_status": f"""status_id IN (
            SELECT status_id FROM provider_status WHERE provider_id IN ({providers}))""",
    }
    newer = f"change_id IN (SELECT change_id FROM revision WHERE rev > {rev:d})"
    return "SELECT " + " OR ".join(
        f"EXISTS (SELECT FROM {table} WHERE {condition} AND {newer})" for table, condition in facts.items()
    )
