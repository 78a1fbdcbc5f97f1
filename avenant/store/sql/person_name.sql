-- What the application may do with the names it searches: keep and forget them. Readers see none of them.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON person_name TO avenant_app;
    END IF;
END $$;

-- Numbers are found by their beginning too. Where text is ordered by its code points, the unique indexes serve
-- that; under the rules of a language they do not.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_database WHERE datname = current_database()
               AND (datlocprovider = 'i' OR datlocprovider = 'c' AND datcollate NOT IN ('C', 'POSIX'))) THEN
        CREATE INDEX member_ref_begins ON member (ref text_pattern_ops) WHERE version = 1;
        CREATE INDEX contract_ref_begins ON contract (ref text_pattern_ops) WHERE version = 1;
        CREATE INDEX document_ref_begins ON document (ref text_pattern_ops) WHERE version = 1;
    END IF;
END $$;

-- Whatever adds a trigger through django-pgtrigger makes all of them ignorable again: this undoes it, as in
-- revisions.sql, and lets the new one hold in replication sessions too.
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
