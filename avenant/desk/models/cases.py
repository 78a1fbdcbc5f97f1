"""Cases: a question that travels from care to operations to engineering and back with its answer."""

from django.db import models

LEVELS = ("care", "operations", "engineering")
STATES = ("open", "answered", "closed")
STEPS = ("opened", "escalated", "sent_back", "comment", "link", "assigned", "closed", "reopened")


class Case(models.Model):
    """One question. kind: what sort of question it is, for the statistics. edition: grows with every step, so that
    of two people who act at once the second sees what the first did. member_ref: whom it is about, if anybody."""

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    level = models.CharField(max_length=20, choices=[(level, level) for level in LEVELS])
    state = models.CharField(max_length=20, choices=[(state, state) for state in STATES], default="open")
    opened_by = models.CharField(max_length=150)
    assignee = models.CharField(max_length=150, blank=True, default="")
    member_ref = models.CharField(max_length=100, blank=True, default="")
    opened_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    edition = models.IntegerField(default=1)

    class Meta:
        """Listed per level, newest change first."""

        indexes = [
            models.Index(fields=["level", "state", "-changed_at"], name="case_list"),
            models.Index(fields=["assignee", "state"], name="case_of"),
            models.Index(fields=["member_ref"], name="case_about"),
        ]


class CaseStep(models.Model):
    """What somebody did with a case: a note, a move, a link to a page as it was known at an instant.

    note: free text; erased on demand (then null). path: the page with its query, ``known_at`` included.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=150)
    step = models.CharField(max_length=20, choices=[(step, step) for step in STEPS])
    note = models.TextField(null=True)
    path = models.CharField(max_length=500, blank=True, default="")
    page_title = models.CharField(max_length=200, blank=True, default="")
    from_level = models.CharField(max_length=20, blank=True, default="")
    to_level = models.CharField(max_length=20, blank=True, default="")
