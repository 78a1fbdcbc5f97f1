"""Changes and revisions: who wrote, why, and in which commit order.

A write transaction opens one ``change`` first; a deferred trigger seals it inside COMMIT as the next
``revision``. ``head`` is the one row whose lock is the commit order.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from avenant.store.models.append_only import GUARDS, AppendOnly

FORWARD_ONLY = """
IF NEW.rev <> OLD.rev + 1 OR NEW.committed_at <= OLD.committed_at THEN
    RAISE EXCEPTION 'the head moves one revision forward, to a later instant: % at % cannot follow % at %',
        NEW.rev, NEW.committed_at, OLD.rev, OLD.committed_at USING ERRCODE = '23514';
END IF;
RETURN NEW;
"""

FOLLOWS_THE_HEAD = """
IF NOT EXISTS (SELECT FROM head WHERE (rev, committed_at, digest) = (NEW.rev, NEW.committed_at, NEW.digest)) THEN
    RAISE EXCEPTION 'revision % is not what the head was just moved to', NEW.rev USING ERRCODE = '23514';
END IF;
RETURN NULL;
"""


class TransactionId(models.Field):
    """A PostgreSQL transaction id (xid8)."""

    def db_type(self, connection: object) -> str:
        """The column's type."""
        return "xid8"


class CurrentTransaction(models.Func):
    """The id of the running transaction."""

    function = "pg_current_xact_id"
    output_field = TransactionId()


class Change(models.Model):
    """One write transaction: who, why and, where a run wrote it, which run."""

    change_id = models.BigAutoField(primary_key=True)
    actor = models.TextField()
    reason = models.TextField()
    run_id = models.BigIntegerField(null=True)
    xid = TransactionId(db_default=CurrentTransaction())

    class Meta:
        """Sealed at commit."""

        db_table = "change"
        constraints = [models.CheckConstraint(condition=~Q(actor=""), name="change_has_an_actor")]
        triggers = [
            *GUARDS,
            pgtrigger.Trigger(
                name="seal_at_commit",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="PERFORM seal(NEW.change_id); RETURN NULL;",
            ),
        ]


class ChangeRows(AppendOnly):
    """How many rows a change wrote to one table, and the digest of their canonical serialisation."""

    pk = models.CompositePrimaryKey("change_id", "table_name")
    table_name = models.TextField()
    row_count = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta(AppendOnly.Meta):
        """One row per change and table."""

        db_table = "change_rows"


class Revision(models.Model):
    """The commit-ordered number of a change; ``change_id`` is null for a tick that closed an instant."""

    rev = models.BigIntegerField(primary_key=True)
    change_id = models.BigIntegerField(null=True, unique=True)
    committed_at = models.DateTimeField(unique=True)
    digest = models.BinaryField()

    class Meta:
        """Written by ``seal`` only."""

        db_table = "revision"
        triggers = [
            *GUARDS,
            pgtrigger.Trigger(
                name="follows_the_head",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func=FOLLOWS_THE_HEAD,
            ),
        ]


class Head(models.Model):
    """The latest revision, in one row."""

    one = models.BooleanField(primary_key=True, db_default=True)
    rev = models.BigIntegerField()
    committed_at = models.DateTimeField()
    digest = models.BinaryField()

    class Meta:
        """A single row."""

        db_table = "head"
        constraints = [models.CheckConstraint(condition=Q(one=True), name="head_is_one_row")]
        triggers = [
            pgtrigger.Trigger(
                name="never_removed",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Delete | pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the head is never removed' USING ERRCODE = '23514';",
            ),
            pgtrigger.Trigger(
                name="forward_only",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=FORWARD_ONLY,
            ),
        ]


class BookSettings(models.Model):
    """What a database was created with, for ever: its clock, its opening month, its issuer."""

    one = models.BooleanField(primary_key=True, db_default=True)
    clock = models.TextField()
    opens = models.DateField()
    issuer = models.TextField()
    series = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """A single row."""

        db_table = "book_settings"
        constraints = [
            models.CheckConstraint(condition=Q(one=True), name="settings_are_one_row"),
            models.CheckConstraint(
                condition=Q(clock__in=["real", "simulated"]), name="clock_is_real_or_simulated"
            ),
            models.CheckConstraint(condition=Q(opens__day=1), name="book_opens_on_a_first"),
        ]
        triggers = GUARDS


class SimulatedClock(models.Model):
    """The time of a simulated database, in one row; absent in a real one."""

    one = models.BooleanField(primary_key=True, db_default=True)
    at = models.DateTimeField()

    class Meta:
        """A single row."""

        db_table = "simulated_clock"
        constraints = [models.CheckConstraint(condition=Q(one=True), name="simulated_clock_is_one_row")]
