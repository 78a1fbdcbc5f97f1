"""Functions that seal changes and resolve instants, sequences of identities, guards and grants."""

from importlib.resources import files

from django.db import migrations

SQL = files("avenant.store").joinpath("sql/revisions.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """Runs ``store/sql/revisions.sql``."""

    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
