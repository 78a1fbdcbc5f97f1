"""What two books must agree on of care: reimbursements, what waits, payouts, in external numbers.

An act is called like the message that named it first, a line of the rulebook by its content.
"""

from avenant.core.book.entries import REIMBURSEMENTS

IDS = ("member_id", "tariff_line_id", "guarantee_line_id", "envelope_line_id")
VALUES = ", ".join(f"r.{name}" for name in REIMBURSEMENTS.values if name not in IDS)
KEY = "c.ref, a.ref, CASE r.payee_id WHEN 0 THEN 'member' ELSE d.ref END"
EXPLAINED = f"m.ref, {VALUES}, t.content_key, g.content_key, e.content_key"
NAMES = """
    JOIN contract AS c ON c.contract_id = r.contract_id AND c.version = 1
    JOIN member AS m ON m.member_id = r.member_id AND m.version = 1
    LEFT JOIN care_line AS a ON a.line_id = r.act_id AND a.version = 1
    LEFT JOIN provider AS d ON d.provider_id = r.payee_id
    LEFT JOIN price_line AS t ON t.line_id = r.tariff_line_id
    LEFT JOIN price_line AS g ON g.line_id = r.guarantee_line_id
    LEFT JOIN price_line AS e ON e.line_id = r.envelope_line_id"""
PAYEE = "o.payee_kind, CASE o.payee_kind WHEN 'member' THEN f.ref ELSE s.ref END"
PAYEES = """
    LEFT JOIN member AS f ON f.member_id = o.payee_id AND f.version = 1
    LEFT JOIN provider AS s ON s.provider_id = o.payee_id"""

REIMBURSED = f"""
    SELECT {KEY}, r.version, r.kind, {EXPLAINED} FROM reimbursement AS r {NAMES}
    WHERE {{known_r}} ORDER BY {KEY}, r.version"""

WAITING = """
    SELECT a.ref, m.ref, w.reason, w.candidates FROM (
        SELECT DISTINCT ON (line_id) k.* FROM waiting AS k JOIN revision USING (change_id)
        WHERE {known_k} ORDER BY line_id, rev DESC, waiting_id DESC) AS w
    LEFT JOIN care_line AS a ON a.line_id = w.line_id AND a.version = 1
    JOIN member AS m ON m.member_id = w.member_id AND m.version = 1 WHERE w.state = 'waiting' ORDER BY a.ref"""

PAYOUTS = f"""
    SELECT {PAYEE}, o.series, o.year, o.number, o.issue_date, o.currency, o.total_cents, o.entries
    FROM payout AS o {PAYEES} WHERE {{known_o}} ORDER BY o.year, o.number, {PAYEE}, o.entries"""

PAID = f"""
    SELECT o.year, o.number, {PAYEE}, {KEY}, r.version
    FROM payout_entry AS tie JOIN payout AS o USING (payout_id) JOIN reimbursement AS r USING (entry_id)
    {PAYEES} {NAMES} WHERE {{known_tie}} ORDER BY {KEY}, r.version"""

QUERIES = {
    "reimbursement": REIMBURSED,
    "waiting line": WAITING,
    "payout": PAYOUTS,
    "paid entry": PAID,
}

# What stands for an act that waits depends on the nights it went through: whether it was decided before, and under
# which of its messages' numbers.
TRUTHS = f"""
    SELECT {KEY}, {EXPLAINED}
    FROM (SELECT DISTINCT ON (contract_id, act_id, payee_id) * FROM reimbursement
          ORDER BY contract_id, act_id, payee_id, version DESC) AS r {NAMES}
    WHERE r.lines > 0 AND r.act_id <> ALL (%s) ORDER BY {KEY}"""
