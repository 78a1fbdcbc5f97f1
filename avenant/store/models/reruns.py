"""Who had the engine run again, for whom and why: written before the run, outside the revisions."""

from django.db import models
from django.db.models.functions import Now

from avenant.store.models.append_only import GUARDS


class RerunRequest(models.Model):
    """One re-run that was asked for. role: under whose mask; options: the whole question, as JSON."""

    rerun_id = models.UUIDField(primary_key=True)
    asked_at = models.DateTimeField(db_default=Now())
    actor = models.TextField()
    role = models.TextField()
    subject_kind = models.TextField()
    subject_ref = models.TextField()
    reason = models.TextField()
    options = models.JSONField()
    code_version = models.TextField()

    class Meta:
        """Never changed; found by its subject or its time."""

        db_table = "rerun_request"
        triggers = GUARDS
        indexes = [
            models.Index(fields=["subject_kind", "subject_ref"], name="rerun_request_subject"),
            models.Index(fields=["-asked_at"], name="rerun_request_time"),
        ]
