"""What one administrator asks for and a second one must confirm: publishing a rulebook, overriding the breaker."""

from django.db import models

KINDS = ("publish", "override")
STATES = ("asked", "running", "done", "refused", "failed")


class TwoPersonRequest(models.Model):
    """One request. what: the folder of the rulebook and its version, or the run. outcome: what became of it.

    running: confirmed, and a process of its own is at work on it.
    """

    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in KINDS])
    what = models.CharField(max_length=300)
    reason = models.TextField()
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=20, choices=[(state, state) for state in STATES], default="asked")
    decided_by = models.CharField(max_length=150, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True, default="")

    class Meta:
        """Nobody confirms their own request."""

        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="a_second_person_decides"
            )
        ]
