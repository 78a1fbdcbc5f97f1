-- What the application may do with the results of checks: read them and add to them.
DO $$
DECLARE t text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN RETURN; END IF;
    FOREACH t IN ARRAY ARRAY['check_run', 'check_result', 'check_finding'] LOOP
        EXECUTE format('GRANT SELECT, INSERT ON %I TO avenant_app', t);
        EXECUTE format('GRANT SELECT ON %I TO avenant_reader', t);
    END LOOP;
    GRANT USAGE ON SEQUENCE check_run_check_run_id_seq, check_finding_finding_id_seq TO avenant_app;
END $$;

-- Whatever adds a trigger through django-pgtrigger makes all of them ignorable again: this undoes it, as in
-- revisions.sql, and lets the new ones hold in replication sessions too.
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
