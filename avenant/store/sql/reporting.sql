-- The schema ``reporting``: what analysts may read, under names that stay. Amounts are decimal numbers in the currency
-- beside them; people are their numbers; nothing of the erasable store is here. docs/how-to/reporting.md explains it.
CREATE SCHEMA reporting;
COMMENT ON SCHEMA reporting IS 'For analysts: views with stable names, read-only. People are numbers, amounts are decimal.';

CREATE VIEW reporting.premium_history AS
SELECT c.ref AS contract, c.kind AS contract_kind, m.ref AS member, p.month, s.plan, s.level, s.component, s.tier,
       s.status, p.version, p.kind, c.currency, p.amount_cents / 100.0 AS amount,
       p.employer_cents / 100.0 AS employer_part, p.tax_cents / 100.0 AS tax,
       p.unit_price_cents / 100.0 AS monthly_price, p.covered_days, p.billed_days, p.days_in_month, p.age,
       p.child_rank, r.committed_at AS booked_at, r.rev AS revision, h.run_id, t.invoice_id,
       p.entry_id
FROM premium AS p
JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
JOIN slot AS s USING (slot_id)
JOIN revision AS r ON r.change_id = p.change_id
JOIN change AS h ON h.change_id = p.change_id
LEFT JOIN invoice_entry AS t ON t.entry_id = p.entry_id;

CREATE VIEW reporting.current_premiums AS
SELECT c.ref AS contract, c.kind AS contract_kind, m.ref AS member, p.month, c.currency,
       sum(p.amount_cents) / 100.0 AS amount, sum(p.employer_cents) / 100.0 AS employer_part,
       sum(p.tax_cents) / 100.0 AS tax, max(p.covered_days) AS covered_days, max(p.billed_days) AS billed_days,
       max(p.days_in_month) AS days_in_month, count(*) AS slots, max(p.version) AS version
FROM premium AS p
JOIN contract AS c ON c.contract_id = p.contract_id AND c.version = 1
JOIN member AS m ON m.member_id = p.member_id AND m.version = 1
WHERE NOT EXISTS (
    SELECT FROM premium AS later
    WHERE (later.contract_id, later.member_id, later.month, later.slot_id)
        = (p.contract_id, p.member_id, p.month, p.slot_id) AND later.version > p.version)
GROUP BY c.ref, c.kind, m.ref, p.month, c.currency;

CREATE VIEW reporting.invoices AS
SELECT c.ref AS contract, c.kind AS contract_kind, i.kind,
       CASE WHEN i.number IS NOT NULL THEN i.series || '-' || i.year || '-' || lpad(i.number::text, greatest(6, length(i.number::text)), '0') END AS number,
       i.issue_date, i.month, i.currency, i.total_cents / 100.0 AS total, i.employer_cents / 100.0 AS employer_part,
       i.tax_cents / 100.0 AS tax, i.balance_used_cents / 100.0 AS balance_used, i.due_cents / 100.0 AS due,
       i.entries, r.committed_at AS issued_at, r.rev AS revision, i.invoice_id
FROM invoice AS i
JOIN contract AS c ON c.contract_id = i.contract_id AND c.version = 1
JOIN revision AS r ON r.change_id = i.change_id;

CREATE VIEW reporting.reimbursement_history AS
SELECT c.ref AS contract, m.ref AS member, e.act_id AS act, e.care_date, l.family, l.act_code, e.version, e.kind,
       CASE WHEN e.payee_id = 0 THEN 'member' ELSE 'provider' END AS payee_kind, pr.ref AS provider, c.currency,
       e.amount_cents / 100.0 AS amount, e.charged_cents / 100.0 AS charged, e.base_cents / 100.0 AS base,
       e.secu_cents / 100.0 AS secu, e.others_cents / 100.0 AS others, e.out_of_pocket_cents / 100.0 AS out_of_pocket,
       r.committed_at AS booked_at, r.rev AS revision, h.run_id, t.payout_id, e.entry_id
FROM reimbursement AS e
JOIN contract AS c ON c.contract_id = e.contract_id AND c.version = 1
JOIN member AS m ON m.member_id = e.member_id AND m.version = 1
JOIN revision AS r ON r.change_id = e.change_id
JOIN change AS h ON h.change_id = e.change_id
LEFT JOIN care_line AS l ON l.line_id = e.act_id AND l.version = 1
LEFT JOIN provider AS pr ON pr.provider_id = e.payee_id
LEFT JOIN payout_entry AS t ON t.entry_id = e.entry_id;

CREATE VIEW reporting.reimbursements AS
SELECT h.contract, h.member, h.act, h.care_date, h.family, h.act_code, h.payee_kind, h.provider, h.currency, h.amount,
       h.charged, h.base, h.secu, h.others, h.out_of_pocket, h.version, h.booked_at, h.revision
FROM reporting.reimbursement_history AS h
JOIN reimbursement AS e USING (entry_id)
WHERE e.lines > 0 AND NOT EXISTS (
    SELECT FROM reimbursement AS later
    WHERE (later.contract_id, later.act_id, later.payee_id) = (e.contract_id, e.act_id, e.payee_id)
      AND later.version > e.version);

CREATE VIEW reporting.payouts AS
SELECT o.payee_kind, coalesce(m.ref, p.ref) AS payee,
       CASE WHEN o.number IS NOT NULL THEN o.series || '-' || o.year || '-' || lpad(o.number::text, greatest(6, length(o.number::text)), '0') END AS number,
       o.issue_date, o.currency, o.total_cents / 100.0 AS total, o.entries, r.committed_at AS issued_at,
       r.rev AS revision, o.payout_id
FROM payout AS o
JOIN revision AS r ON r.change_id = o.change_id
LEFT JOIN member AS m ON o.payee_kind = 'member' AND m.member_id = o.payee_id AND m.version = 1
LEFT JOIN provider AS p ON o.payee_kind = 'provider' AND p.provider_id = o.payee_id;

CREATE VIEW reporting.findings AS
WITH seen AS (
    SELECT check_name, place, min(at) AS first_seen, max(at) AS last_seen, max(finding_id) AS finding_id,
           max(check_run_id) AS last_run
    FROM check_finding JOIN check_run USING (check_run_id) GROUP BY check_name, place)
SELECT f.check_name AS "check", told.severity, told.owner, f.severity AS kind, f.subject_kind, f.subject_ref,
       f.row_count, seen.first_seen, seen.last_seen,
       (SELECT later.at FROM check_result AS r JOIN check_run AS later USING (check_run_id)
        WHERE r.check_name = f.check_name AND r.check_run_id > seen.last_run AND r.complete
          AND (later.contract_id IS NULL OR later.contract_id = f.contract_id)
        ORDER BY r.check_run_id LIMIT 1) AS resolved_at,
       f.finding_id
FROM seen
JOIN check_finding AS f USING (finding_id)
JOIN check_result AS told ON (told.check_run_id, told.check_name) = (seen.last_run, f.check_name);

CREATE VIEW reporting.runs AS
SELECT run.run_id, run.kind, run.business_date, run.horizon, run.code_version, run.rulebook_version,
       o.committed_at AS opened_at, e.committed_at AS ended_at, coalesce(z.status, 'open') AS status,
       ((z.counts ->> 'milliseconds')::numeric / 1000) AS seconds
FROM run
JOIN revision AS o ON o.change_id = run.change_id
LEFT JOIN run_close AS z USING (run_id)
LEFT JOIN revision AS e ON e.change_id = z.change_id;

DO $$
DECLARE
    shared jsonb := '{
        "contract": "The number of the contract.",
        "contract_kind": "individual (billed in advance by default) or company (in arrears by default).",
        "member": "The number of the insured person; a pseudonym, names are elsewhere.",
        "month": "The month that the amount is for, as its first day; for an invoice, the latest month it is about.",
        "plan": "The product.", "level": "The level of cover within the plan.",
        "component": "The part of the price, such as health.",
        "tier": "For whom the price is: primary, partner, child; or isole, duo, famille for a family price.",
        "version": "1, 2, 3 ... per key: odd versions charge, even ones cancel the one before; the last is the truth.",
        "currency": "The currency of the amounts in this row.",
        "amount": "The amount in the currency; cancels are negative.",
        "employer_part": "The part of the amount that the employer pays.",
        "tax": "The tax contained in the amount.",
        "monthly_price": "The price of a whole month that the amount is a part of.",
        "covered_days": "Days of the month on which the member was covered.",
        "billed_days": "Days that the convention of the plan bills for them.",
        "days_in_month": "Days of the month.", "age": "The age that the price was looked up with.",
        "child_rank": "The place of a child among its siblings, 0 for others.",
        "booked_at": "When it was booked and became known.",
        "revision": "The number of the change that made it known; rows up to a revision are what was known then.",
        "run_id": "The run that did it.", "entry_id": "The number of the entry.",
        "invoice_id": "The settlement that carries the entry; null while it is not invoiced.",
        "payout_id": "The payout that carries the entry; null while it is not paid out.",
        "slots": "How many price components the sum is made of.",
        "number": "The number of the document; null where nothing was due and none was issued.",
        "issue_date": "The date of the document.", "issued_at": "When it was made.",
        "entries": "How many entries it settles.",
        "balance_used": "Credit of the contract that was used.", "due": "What is to be paid.",
        "act": "The number of the care act.", "care_date": "The day of the care.",
        "family": "The family of care, such as dental_care; null where the message does not say.",
        "act_code": "The code of the act as the first message told it.",
        "payee_kind": "Who is paid: the member or the provider.",
        "provider": "The number of the provider who is paid; null for the member.",
        "payee": "The number of the head of the family, or of the provider.",
        "charged": "What was charged for the act.", "base": "The base of reimbursement of the Sécu.",
        "secu": "What the Sécu pays, before what it withholds.", "others": "What other payers pay.",
        "out_of_pocket": "What is left to the member.",
        "check": "The name of the check.", "severity": "How grave it is when the promise is broken: critical, high, attention.",
        "owner": "Who sees to it.", "subject_kind": "What the finding is about: member, contract, act, invoice ...",
        "subject_ref": "The number of that.", "row_count": "How many rows the finding stands for.",
        "first_seen": "When it was seen first.", "last_seen": "When it was seen last.",
        "resolved_at": "When a later check no longer found it; null while it is open.",
        "finding_id": "The number of the finding when it was seen last.",
        "business_date": "The day that the run believed it was.", "horizon": "The last month that the run booked.",
        "code_version": "The version of the code.", "rulebook_version": "The version of the rulebook.",
        "opened_at": "When the run began.", "ended_at": "When it ended; null while it has not, or was cut short.",
        "seconds": "How long it took; null while it has not ended."}';
    own jsonb := '{
        "premium_history.status": "pays, free (by rank), portability, or carried by the family price.",
        "premium_history.kind": "charge, or the cancel that mirrors the charge before it.",
        "reimbursement_history.kind": "charge, or the cancel that mirrors the charge before it.",
        "invoices.kind": "invoice, credit_note (a negative total), or settlement (a total of 0, without a number).",
        "invoices.total": "The sum of the entries; negative for a credit note.",
        "payouts.total": "The amount transferred.",
        "findings.kind": "error, warning (late or unusual), or unknown (the check could not run).",
        "runs.kind": "nightly, invoices or payouts.",
        "runs.status": "done, stopped (it refused to go on), or open (under way or cut short)."}';
    views jsonb := '{
        "premium_history": "Every entry of the premium book, charges and cancels. Sums over all rows are the truth.",
        "current_premiums": "One row per contract, member and month: the premium as it stands now.",
        "invoices": "Every invoice, credit note and settlement.",
        "reimbursement_history": "Every entry of the reimbursement book, charges and cancels.",
        "reimbursements": "One row per care act and payee: what we pay for it as it stands now.",
        "payouts": "Every transfer to a member or a provider.",
        "findings": "What the checks found, when it was first and last seen, and when it was resolved.",
        "runs": "Every nightly, invoice and payout run."}';
    c record;
BEGIN
    FOR c IN SELECT table_name AS t, column_name AS n FROM information_schema.columns
             WHERE table_schema = 'reporting' LOOP
        EXECUTE format('COMMENT ON COLUMN reporting.%I.%I IS %L', c.t, c.n,
                       coalesce(own ->> (c.t || '.' || c.n), shared ->> c.n));
    END LOOP;
    FOR c IN SELECT key AS t, value AS said FROM jsonb_each_text(views) LOOP
        EXECUTE format('COMMENT ON VIEW reporting.%I IS %L', c.t, c.said);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_analyst') THEN
        GRANT USAGE ON SCHEMA reporting TO avenant_analyst;
        GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO avenant_analyst;
    END IF;
END $$;
