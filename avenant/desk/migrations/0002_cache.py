"""The shared cache of all processes: it holds the counters of the login's rate limit."""

from django.db import migrations

CREATE = """
CREATE TABLE desk_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX desk_cache_expires ON desk_cache (expires);
"""


class Migration(migrations.Migration):
    """Makes the table of Django's database cache."""

    dependencies = [("desk", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, "DROP TABLE desk_cache")]
