-- The role of re-runs reads what the rules take and what they decided, and can do nothing else: no personal details, no
-- sequences, no function that leaves a trace, no temporary table. A read-only transaction alone would not do: inside one,
-- large objects, advisory locks and notifications still work.
DO $$
DECLARE t text;
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN
        GRANT SELECT, INSERT ON rerun_request TO avenant_app;
        GRANT SELECT ON rerun_request TO avenant_reader;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_rerun') THEN RETURN; END IF;
    GRANT USAGE ON SCHEMA public TO avenant_rerun;
    FOREACH t IN ARRAY ARRAY[
        'contract', 'member', 'enrolment', 'approval', 'document', 'care_line', 'line_amount', 'answer', 'provider',
        'provider_status', 'rulebook_version', 'price_line', 'slot', 'run', 'run_chunk', 'run_close', 'parking', 'held',
        'waiting', 'premium', 'reimbursement', 'invoice', 'invoice_entry', 'balance_movement', 'payout', 'payout_entry',
        'revision', 'head', 'book_settings'] LOOP
        EXECUTE format('GRANT SELECT ON %I TO avenant_rerun', t);
    END LOOP;
    GRANT SELECT (change_id, run_id) ON change TO avenant_rerun;  -- not who wrote it, nor why
END $$;

-- Functions of ours that write, whoever calls them.
DO $$
DECLARE f record;
BEGIN
    FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p
             WHERE p.pronamespace = 'public'::regnamespace AND p.provolatile = 'v' AND p.prorettype <> 'trigger'::regtype LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
        IF f.name::text NOT LIKE 'seal(%' AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO avenant_app, avenant_reader', f.name);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;

-- Functions of PostgreSQL's own that act on more than their transaction. Only a superuser can close them to everybody;
-- elsewhere the relay, through which alone a re-run reaches the database, and the read-only transaction remain.
RESET ROLE;
DO $$
DECLARE f record;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RETURN; END IF;
    FOR f IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p
             WHERE p.pronamespace = 'pg_catalog'::regnamespace
               AND (p.proname ~ '^(lo_|pg_advisory_|pg_try_advisory_)'
                    OR p.proname IN ('lowrite', 'loread', 'pg_notify', 'set_config', 'pg_terminate_backend',
                                     'pg_cancel_backend', 'pg_logical_emit_message')) LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO avenant_owner', f.name);
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO avenant_app, avenant_reader', f.name);
        END IF;
    END LOOP;
END $$;
SET ROLE avenant_owner;

-- As in revisions.sql: a new trigger made all of them ignorable again.
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false';
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgrelid::regclass AS tab, tgname FROM pg_trigger
             WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger_%' AND tgenabled <> 'A' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tab, t.tgname);
    END LOOP;
END $$;
