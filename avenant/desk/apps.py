"""The Django application of the desk; its own tables may change, those of the books never."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

GRANTS = """
DO $$
DECLARE t record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'avenant_app') THEN RETURN; END IF;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
             AND tablename ~ '^(account|auth|desk|django|mfa|socialaccount)_' LOOP
        EXECUTE format('REVOKE ALL ON %I FROM avenant_reader', t.tablename);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO avenant_app', t.tablename);
    END LOOP;
    REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM avenant_app;
    REVOKE UPDATE, DELETE ON desk_visit FROM avenant_app;
    GRANT SELECT ON django_migrations TO avenant_reader;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO avenant_app;
END $$;
-- Every migration with a trigger makes guards switchable again: nothing may switch one off.
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
"""
"""Users, sessions and cases belong to the application alone; who looked at whom is written and never touched."""


class DeskConfig(AppConfig):
    """Users and their roles, cases, and the record of who looked at whom."""

    name = "avenant.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the application its rights whenever tables were migrated."""
        post_migrate.connect(_grant, sender=self, dispatch_uid="desk-grants")


def _grant(**given: Any) -> None:
    from django.db import connections

    with connections[given["using"]].cursor() as cursor:
        cursor.execute("SELECT to_regclass('desk_visit')")
        if cursor.fetchone()[0] is not None:
            cursor.execute(GRANTS)
