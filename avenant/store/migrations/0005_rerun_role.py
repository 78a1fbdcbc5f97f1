"""Re-runs: who asked for one and why, and the database role as which they read."""

from importlib.resources import files

import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

SQL = files("avenant.store").joinpath("sql/rerun_role.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """The role itself is made beside the other roles of the server (``gateways.postgres_access``)."""

    dependencies = [("store", "0004_desk_indexes")]
    operations = [
        migrations.CreateModel(
            name="RerunRequest",
            fields=[
                ("rerun_id", models.UUIDField(primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor", models.TextField()),
                ("role", models.TextField()),
                ("subject_kind", models.TextField()),
                ("subject_ref", models.TextField()),
                ("reason", models.TextField()),
                ("options", models.JSONField()),
                ("code_version", models.TextField()),
            ],
            options={"db_table": "rerun_request"},
        ),
        migrations.AddIndex(
            model_name="rerunrequest",
            index=models.Index(fields=["subject_kind", "subject_ref"], name="rerun_request_subject"),
        ),
        migrations.AddIndex(
            model_name="rerunrequest", index=models.Index(fields=["-asked_at"], name="rerun_request_time")
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='rerunrequest',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\nRAISE EXCEPTION '% is append-only: % is refused; write a newer version instead', TG_TABLE_NAME, TG_OP\n    USING ERRCODE = '23514';\n", hash='c79a3d0ab4bb66f6f718e748b498784fac638946', level='STATEMENT', operation='UPDATE OR DELETE OR TRUNCATE', pgid='pgtrigger_append_only_dc121', table='rerun_request', when='BEFORE')),
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
