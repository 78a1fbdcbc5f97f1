-- Commit-ordered revisions. A change is sealed inside COMMIT: the lock on the head row is the commit order.

CREATE FUNCTION book_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN (SELECT clock FROM book_settings) = 'simulated'
                THEN (SELECT at FROM simulated_clock)
                ELSE clock_timestamp() END
$$;

-- The digest of a revision: the previous digest, its number, instant, actor and run, and the digest of the
-- rows it wrote to each table, in the order of the tables' names.
CREATE FUNCTION revision_digest(previous bytea, number bigint, at timestamptz, p_change bigint) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(
        previous
        || convert_to(concat_ws('|', number, (extract(epoch FROM at) * 1000000)::bigint, c.actor, c.run_id), 'UTF8')
        || coalesce((SELECT string_agg(convert_to('|' || r.table_name || '|' || r.row_count || '|', 'UTF8') || r.digest,
                                       ''::bytea ORDER BY r.table_name COLLATE "C")
                     FROM change_rows r WHERE r.change_id = p_change), ''::bytea))
    FROM (SELECT 1) AS one LEFT JOIN change c ON c.change_id = p_change
$$;

-- Seals a change (null: a tick) as the next revision. It acts as the owner of the tables, so that the application
-- needs no right to move the head or to write revisions by itself.
CREATE FUNCTION seal(p_change bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r bigint; t timestamptz; d bytea;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'a change is sealed under READ COMMITTED, not %', upper(current_setting('transaction_isolation'))
            USING ERRCODE = '25001';
    END IF;
    IF current_query() ~* '\mprepare\s+transaction\M' THEN
        RAISE EXCEPTION 'a change is committed at once: a prepared transaction would hold up all other writers'
            USING ERRCODE = '25001';
    END IF;
    IF current_setting('synchronous_commit') = 'off' THEN  -- else a crash could take back what was acknowledged
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    SELECT rev + 1, committed_at, digest INTO r, t, d FROM head FOR UPDATE;
    t := greatest(book_now(), t + interval '1 microsecond');
    d := revision_digest(d, r, t, p_change);
    UPDATE head SET rev = r, committed_at = t, digest = d;
    INSERT INTO revision (rev, change_id, committed_at, digest) VALUES (r, p_change, t, d);
    RETURN r;
END $$;

-- The revision known at an instant. An instant beyond the head is first closed for ever by a tick.
CREATE FUNCTION rev_at(t timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    h timestamptz; r bigint;
BEGIN
    SELECT committed_at INTO h FROM head;
    IF t > h THEN
        IF t > book_now() THEN
            RAISE EXCEPTION 'nothing is known yet as of %: it lies in the future', t USING ERRCODE = '22008';
        END IF;
        IF current_setting('transaction_read_only') = 'on' THEN
            RAISE EXCEPTION 'a read-only session can be asked about instants up to %, not %: ask for a revision',
                h, t USING ERRCODE = '25006';
        END IF;
        PERFORM seal(NULL);
        SELECT committed_at INTO h FROM head;
        IF t > h THEN
            RAISE EXCEPTION 'the clock stepped back below %', t USING ERRCODE = '22008';
        END IF;
    END IF;
    SELECT rev INTO r FROM revision WHERE committed_at <= t ORDER BY committed_at DESC LIMIT 1;
    RETURN coalesce(r, 0);
END $$;

CREATE SEQUENCE contract_ids AS integer;
CREATE SEQUENCE member_ids AS integer;
CREATE SEQUENCE enrolment_ids AS integer;
CREATE SEQUENCE document_ids AS integer;
CREATE SEQUENCE line_ids AS bigint;
CREATE SEQUENCE answer_ids AS integer;
CREATE SEQUENCE status_ids AS integer;

-- Guards hold whatever a session sets: without this, `SET pgtrigger.ignore` would switch off any of them.
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false';

-- Guards hold for superusers' replication sessions too.
DO $$
DECLARE t record;
BEGIN
    FOR t IN SELECT tgrelid::regclass AS tab, tgname FROM pg_trigger
             WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger_%' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.tab, t.tgname);
    END LOOP;
END $$;

-- What the application may do: read everything, append everywhere, set the simulated clock, and keep the erasable
-- personal store. Only ``seal`` moves the head and writes revisions. Readers see no personal details.
REVOKE EXECUTE ON FUNCTION seal(bigint) FROM PUBLIC;
DO $$
DECLARE t record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN RETURN; END IF;
    GRANT USAGE ON SCHEMA public TO avenant_app, avenant_reader;
    GRANT EXECUTE ON FUNCTION seal(bigint) TO avenant_app;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
             AND (tablename = 'django_migrations'
                  OR tablename !~ '^(account|auth|desk|django|mfa|socialaccount)_') LOOP
        EXECUTE format('GRANT SELECT ON %I TO avenant_app', t.tablename);
        IF t.tablename NOT IN ('django_migrations', 'book_settings', 'simulated_clock', 'head', 'revision') THEN
            EXECUTE format('GRANT INSERT ON %I TO avenant_app', t.tablename);
        END IF;
        IF t.tablename <> 'person_detail' THEN
            EXECUTE format('GRANT SELECT ON %I TO avenant_reader', t.tablename);
        END IF;
    END LOOP;
    GRANT UPDATE ON simulated_clock, person_detail TO avenant_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO avenant_app;
END $$;
