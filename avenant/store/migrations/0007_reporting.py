"""The schema for analysts: views with stable names and a comment on every column."""

from importlib.resources import files

from django.db import migrations

SQL = files("avenant.store").joinpath("sql/reporting.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """Runs ``store/sql/reporting.sql``."""

    dependencies = [("store", "0006_check_results")]
    operations = [migrations.RunSQL(SQL, "DROP SCHEMA reporting CASCADE")]
