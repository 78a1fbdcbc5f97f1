"""A confirmed request may still be under way; visits are found by their day and by their kind."""

from django.db import migrations, models

STATES = [("asked", "asked"), ("running", "running"), ("done", "done")]
STATES += [("refused", "refused"), ("failed", "failed")]


class Migration(migrations.Migration):
    """One more state, two indexes."""

    dependencies = [("desk", "0002_cache")]
    operations = [
        migrations.AlterField(
            "twopersonrequest",
            "state",
            models.CharField(choices=STATES, default="asked", max_length=20),
        ),
        migrations.AddIndex("visit", models.Index(fields=["at"], name="visit_at")),
        migrations.AddIndex("visit", models.Index(fields=["kind", "-id"], name="visit_kind")),
    ]
