"""The premium book, its runs, and the settlements made out of it."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from avenant.store.models.append_only import AppendOnly

NOTHING_NEWER_AT_COMMIT = """
IF EXISTS (
    SELECT FROM revision JOIN change_rows USING (change_id)
    WHERE revision.rev > NEW.checked_rev AND revision.change_id <> NEW.change_id
      AND change_rows.table_name IN ('contract', 'member', 'enrolment', 'approval', 'rulebook_version',
                                     'document', 'care_line', 'answer', 'provider_status')
) THEN
    RAISE EXCEPTION 'facts arrived between the last look at revision % and the commit', NEW.checked_rev
        USING ERRCODE = '40001';
END IF;
RETURN NULL;
"""

NUMBERS_WITHOUT_GAPS = """
IF EXISTS (
    SELECT FROM (
        SELECT series, year, min(number) AS first, max(number) AS last, count(*) AS rows,
               min(issue_date) AS earliest, max(issue_date) AS latest
        FROM new_rows WHERE number IS NOT NULL GROUP BY series, year
    ) AS batch
    LEFT JOIN {table} AS before
        ON before.series = batch.series AND before.year = batch.year AND before.number = batch.first - 1
    WHERE batch.last - batch.first + 1 <> batch.rows
       OR (batch.first > 1 AND before.{table}_id IS NULL)
       OR before.issue_date > batch.earliest
       OR batch.earliest <> batch.latest
) THEN
    RAISE EXCEPTION '{table} numbers must follow each other without gaps, with dates that never decrease'
        USING ERRCODE = '23514';
END IF;
RETURN NULL;
"""


def numbers_without_gaps(table: str) -> str:
    """The body of a trigger that lets documents of ``table`` be numbered only one after the other."""
    return NUMBERS_WITHOUT_GAPS.format(table=table)


class Run(AppendOnly):
    """One recompute, invoice run or import, with everything that determines its result."""

    run_id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    code_version = models.TextField()
    rulebook_version = models.TextField()
    business_date = models.DateField()
    horizon = models.DateField()
    options = models.JSONField()

    class Meta(AppendOnly.Meta):
        """Opened before the first chunk."""

        db_table = "run"


class RunChunk(AppendOnly):
    """One committed chunk of a run: the revision it read, the one up to which it looked for newer facts, its rows.

    The trigger looks once more inside COMMIT, behind the seal that holds the head: nobody can commit between.
    """

    pk = models.CompositePrimaryKey("run_id", "chunk")
    run_id = models.BigIntegerField()
    chunk = models.IntegerField()
    read_rev = models.BigIntegerField()
    checked_rev = models.BigIntegerField()
    row_count = models.IntegerField()

    class Meta(AppendOnly.Meta):
        """Idempotent by (run, chunk)."""

        db_table = "run_chunk"
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="still_fresh",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=NOTHING_NEWER_AT_COMMIT,
            ),
        ]


class RunClose(AppendOnly):
    """The end of a run: how it went and what it counted. A run without one was cut short."""

    run_id = models.BigIntegerField(primary_key=True)
    status = models.TextField()
    counts = models.JSONField()

    class Meta(AppendOnly.Meta):
        """Written last."""

        db_table = "run_close"


class Parking(AppendOnly):
    """A family whose facts are impossible is parked with the reason, and released when they no longer are."""

    parking_id = models.BigAutoField(primary_key=True)
    family_id = models.IntegerField()
    state = models.TextField()
    reason = models.TextField()

    class Meta(AppendOnly.Meta):
        """The latest row of a family is its state."""

        db_table = "parking"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["parked", "released"]), name="parking_state")
        ]
        indexes = [models.Index(fields=["family_id", "-parking_id"], name="parking_family")]


class Held(AppendOnly):
    """Differences that reach further back than the plan allows: they wait for an approval, unbooked."""

    held_id = models.BigAutoField(primary_key=True)
    contract_id = models.IntegerField()
    member_id = models.IntegerField()
    first_month = models.DateField()
    last_month = models.DateField()
    months = models.IntegerField()
    difference_cents = models.BigIntegerField()
    fingerprint = models.BigIntegerField()

    class Meta(AppendOnly.Meta):
        """Noted once per member and content."""

        db_table = "held"
        indexes = [models.Index(fields=["contract_id", "member_id", "-held_id"], name="held_key")]


class Premium(AppendOnly):
    """One entry of the premium book: a charge, or the cancel that mirrors the charge before it."""

    entry_id = models.BigAutoField(primary_key=True)
    contract_id = models.IntegerField()
    member_id = models.IntegerField()
    month = models.DateField()
    slot_id = models.IntegerField()
    version = models.IntegerField()
    amount_cents = models.BigIntegerField()
    employer_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()
    unit_price_cents = models.BigIntegerField()
    line_id = models.IntegerField()
    covered_days = models.SmallIntegerField()
    billed_days = models.SmallIntegerField()
    days_in_month = models.SmallIntegerField()
    age = models.SmallIntegerField()
    child_rank = models.SmallIntegerField()
    kind = models.GeneratedField(
        expression=models.Case(
            models.When(
                Exact(Mod(F("version"), models.Value(2)), models.Value(1)), then=models.Value("charge")
            ),
            default=models.Value("cancel"),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta(AppendOnly.Meta):
        """Odd versions charge, even versions cancel; the unique key is the only concurrency control."""

        db_table = "premium"
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "member_id", "month", "slot_id", "version"], name="premium_key"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1)
                & Q(month__day=1)
                & Q(covered_days__range=(0, F("days_in_month")))
                & Q(billed_days__range=(0, F("days_in_month"))),
                name="premium_days",
            ),
            models.CheckConstraint(
                condition=Q(kind="charge", amount_cents__gte=0) | Q(kind="cancel", amount_cents__lte=0),
                name="premium_sign",
            ),
        ]
        indexes = [BrinIndex(fields=["change_id"], name="premium_change", autosummarize=True)]


class Invoice(AppendOnly):
    """A settlement of premium entries of one contract: an invoice, a credit note, or a zero without number."""

    invoice_id = models.BigAutoField(primary_key=True)
    contract_id = models.IntegerField()
    kind = models.TextField()
    series = models.TextField()
    year = models.IntegerField()
    number = models.IntegerField(null=True)
    issue_date = models.DateField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    total_cents = models.BigIntegerField()
    employer_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()
    balance_used_cents = models.BigIntegerField()
    due_cents = models.BigIntegerField()
    entries = models.IntegerField()

    class Meta(AppendOnly.Meta):
        """Numbers have no gap per series and year; their dates never decrease."""

        db_table = "invoice"
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="numbers_without_gaps",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=numbers_without_gaps("invoice"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "number"], name="invoice_number"),
            models.CheckConstraint(
                condition=Q(kind="invoice", total_cents__gt=0, number__gte=1)
                | Q(kind="credit_note", total_cents__lt=0, number__gte=1)
                | Q(kind="settlement", total_cents=0, number__isnull=True),
                name="invoice_kind_follows_its_total",
            ),
            models.CheckConstraint(
                condition=Q(balance_used_cents__gte=0)
                & Q(
                    due_cents=models.Case(
                        models.When(total_cents__gt=0, then=F("total_cents") - F("balance_used_cents")),
                        default=models.Value(0),
                    )
                ),
                name="invoice_due",
            ),
        ]
        indexes = [models.Index(fields=["contract_id"], name="invoice_contract")]


class InvoiceEntry(AppendOnly):
    """The tie of one premium entry to its invoice, made once."""

    entry_id = models.BigIntegerField(primary_key=True)
    invoice_id = models.BigIntegerField()

    class Meta(AppendOnly.Meta):
        """An entry is in at most one invoice."""

        db_table = "invoice_entry"
        indexes = [models.Index(fields=["invoice_id"], name="invoice_entry_invoice")]


class BalanceMovement(AppendOnly):
    """A contract's balance with us: positive adds credit (opening, credit note), negative uses it."""

    movement_id = models.BigAutoField(primary_key=True)
    contract_id = models.IntegerField()
    kind = models.TextField()
    amount_cents = models.BigIntegerField()
    invoice_id = models.BigIntegerField(null=True)

    class Meta(AppendOnly.Meta):
        """At most one movement per invoice, one opening per contract."""

        db_table = "balance_movement"
        constraints = [
            models.UniqueConstraint(fields=["invoice_id"], name="balance_movement_invoice"),
            models.UniqueConstraint(
                fields=["contract_id"], condition=Q(kind="opening"), name="balance_opening_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="opening", invoice_id__isnull=True)
                | Q(kind="credit", amount_cents__gt=0, invoice_id__isnull=False)
                | Q(kind="use", amount_cents__lt=0, invoice_id__isnull=False),
                name="balance_movement_kind",
            ),
        ]
        indexes = [models.Index(fields=["contract_id"], name="balance_movement_contract")]
