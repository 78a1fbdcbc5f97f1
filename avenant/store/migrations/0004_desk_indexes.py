"""Indexes for the desk: what one night wrote to the premium book, and what newer revisions say of waiting."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """A few dozen kilobytes on millions of premiums: rows of one change lie together, so that a summary suffices."""

    dependencies = [("store", "0003_person_name")]
    operations = [
        migrations.AddIndex(
            model_name="premium",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["change_id"], name="premium_change"
            ),
        ),
        migrations.AddIndex(
            model_name="waiting", index=models.Index(fields=["change_id"], name="waiting_change")
        ),
    ]
