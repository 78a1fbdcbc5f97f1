"""What checks found, run by run: append-only, but outside the revisions, since nothing is known anew by looking.

When a finding was first seen, last seen and resolved is computed from these rows (``readers.check_results``).
"""

from django.db import models
from django.db.models import Func

from avenant.store.models.append_only import GUARDS
from avenant.store.models.facts import one_of


class BookNow(Func):
    """The database's clock, real or simulated."""

    function = "book_now"
    output_field = models.DateTimeField()


class CheckRun(models.Model):
    """One run of checks: when, on which revision, after a night or on demand, of everything or of one contract."""

    check_run_id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=BookNow())
    rev = models.BigIntegerField()
    origin = models.TextField()
    contract_id = models.IntegerField(null=True)
    milliseconds = models.BigIntegerField()

    class Meta:
        """Found by its number."""

        db_table = "check_run"
        constraints = [one_of("origin", ["nightly", "demand"], "check_run_origin")]
        triggers = GUARDS


class CheckResult(models.Model):
    """One check of a run. ``complete``: it could run, and told every finding one by one."""

    pk = models.CompositePrimaryKey("check_run_id", "check_name")
    check_run_id = models.BigIntegerField()
    check_name = models.TextField()
    severity = models.TextField()
    owner = models.TextField()
    findings = models.BigIntegerField()
    warnings = models.BigIntegerField()
    complete = models.BooleanField()
    milliseconds = models.BigIntegerField()

    class Meta:
        """One row per check and run; of a check the last runs are looked up."""

        db_table = "check_result"
        triggers = GUARDS
        indexes = [models.Index(fields=["check_name", "check_run_id"], name="check_result_check")]


class CheckFinding(models.Model):
    """One finding of a run. A finding is the same as before when its check and its place are."""

    finding_id = models.BigAutoField(primary_key=True)
    check_run_id = models.BigIntegerField()
    check_name = models.TextField()
    severity = models.TextField()
    place = models.TextField()
    message = models.TextField()
    subject_kind = models.TextField()
    subject_ref = models.TextField()
    contract_id = models.IntegerField(null=True)
    row_count = models.BigIntegerField()

    class Meta:
        """Found by its run, or by the finding it repeats."""

        db_table = "check_finding"
        constraints = [one_of("severity", ["error", "unknown", "warning"], "check_finding_severity")]
        triggers = GUARDS
        indexes = [
            models.Index(fields=["check_run_id"], name="check_finding_run"),
            models.Index(fields=["check_name", "place", "check_run_id"], name="check_finding_same"),
            models.Index(fields=["check_name", "check_run_id"], name="check_finding_check"),
        ]
