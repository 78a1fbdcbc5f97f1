"""Indexes for the pages of the desk on a large book, where they read rows that no index led to."""

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The last runs of a check, what it found in them, answers by the second of two lines, what a run decided."""

    dependencies = [("store", "0007_reporting")]
    operations = [
        migrations.AddIndex(
            model_name="reimbursement",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["change_id"], name="reimbursement_change"
            ),
        ),
        migrations.AddIndex(
            model_name="checkresult",
            index=models.Index(fields=["check_name", "check_run_id"], name="check_result_check"),
        ),
        migrations.AddIndex(
            model_name="checkfinding",
            index=models.Index(fields=["check_name", "check_run_id"], name="check_finding_check"),
        ),
        migrations.AddIndex(
            model_name="answer",
            index=models.Index(
                fields=["other_ref"], name="answer_other", condition=Q(other_ref__isnull=False)
            ),
        ),
    ]
