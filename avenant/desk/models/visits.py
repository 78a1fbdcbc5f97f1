"""Who looked at whom, what of them, when, and why they came. Written once; no foreign keys, no names."""

import pgtrigger
from django.db import models

REFUSED = (
    "RAISE EXCEPTION 'the record of visits is never changed: % is refused', TG_OP USING ERRCODE = '23514';"
)


class Visit(models.Model):
    """One view of one member or contract. reason: the number of the case that led here, or a given reason."""

    at = models.DateTimeField(auto_now_add=True)
    username = models.CharField(max_length=150)
    role = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    ref = models.CharField(max_length=200)
    page = models.CharField(max_length=60)
    known_at = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Found by whom, by who, by day and by kind; guarded like the books."""

        indexes = [
            models.Index(fields=["kind", "ref", "-id"], name="visit_of"),
            models.Index(fields=["username", "-id"], name="visit_by"),
            models.Index(fields=["kind", "-id"], name="visit_kind"),
            models.Index(fields=["at"], name="visit_at"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="visits_stay",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
                func=REFUSED,
            )
        ]
