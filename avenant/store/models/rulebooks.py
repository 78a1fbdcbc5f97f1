"""Published rulebooks: immutable versions, and the ids their price lines and slots keep for ever."""

from django.db import models

from avenant.store.models.append_only import AppendOnly


class RulebookVersion(AppendOnly):
    """One publication of a rulebook: its content hash and its frames. The last one committed is in force."""

    publication_id = models.BigAutoField(primary_key=True)
    version = models.TextField()
    content = models.JSONField()

    class Meta(AppendOnly.Meta):
        """Publishing an older content again brings it back into force."""

        db_table = "rulebook_version"


class PriceLine(AppendOnly):
    """The id of one price line, identified by the content that determines its price."""

    line_id = models.AutoField(primary_key=True)
    content_key = models.TextField(unique=True)

    class Meta(AppendOnly.Meta):
        """Ids start at 1; 0 means no line."""

        db_table = "price_line"


class Slot(AppendOnly):
    """The id of one slot: a plan's price component, for whom, and whether it pays or is free."""

    slot_id = models.AutoField(primary_key=True)
    plan = models.TextField()
    level = models.TextField()
    component = models.TextField()
    tier = models.TextField()
    status = models.TextField()

    class Meta(AppendOnly.Meta):
        """One id per combination."""

        db_table = "slot"
        constraints = [
            models.UniqueConstraint(fields=["plan", "level", "component", "tier", "status"], name="slot_key")
        ]
