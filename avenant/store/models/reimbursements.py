"""The reimbursement book and the payouts made out of it."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from avenant.core.frames.care import PAYEES
from avenant.store.models.append_only import AppendOnly
from avenant.store.models.books import numbers_without_gaps
from avenant.store.models.facts import one_of


class Reimbursement(AppendOnly):
    """One entry of the reimbursement book: what one payee gets for one act, with the whole calculation."""

    entry_id = models.BigAutoField(primary_key=True)
    contract_id = models.IntegerField()
    act_id = models.BigIntegerField()
    payee_id = models.IntegerField()
    version = models.IntegerField()
    amount_cents = models.BigIntegerField()
    member_id = models.IntegerField()
    care_date = models.DateField()
    lines = models.SmallIntegerField()
    quantity = models.IntegerField()
    charged_cents = models.BigIntegerField()
    base_cents = models.BigIntegerField()
    rate_ppm = models.IntegerField()
    secu_cents = models.BigIntegerField()
    retention_cents = models.BigIntegerField()
    increase_cents = models.BigIntegerField()
    others_cents = models.BigIntegerField()
    left_cents = models.BigIntegerField()
    ceiling_cents = models.BigIntegerField()
    limit_kind = models.SmallIntegerField()
    limit_left_cents = models.BigIntegerField()
    decided_cents = models.BigIntegerField()
    member_cents = models.BigIntegerField()
    provider_cents = models.BigIntegerField()
    out_of_pocket_cents = models.BigIntegerField()
    reasons = models.BigIntegerField()
    tariff_line_id = models.IntegerField()
    guarantee_line_id = models.IntegerField()
    envelope_line_id = models.IntegerField()
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

        db_table = "reimbursement"
        constraints = [
            models.UniqueConstraint(
                fields=["contract_id", "act_id", "payee_id", "version"], name="reimbursement_key"
            ),
            models.CheckConstraint(condition=Q(version__gte=1, lines__gte=0), name="reimbursement_lines"),
            models.CheckConstraint(
                condition=Q(kind="charge", amount_cents__gte=0) | Q(kind="cancel", amount_cents__lte=0),
                name="reimbursement_sign",
            ),
            models.CheckConstraint(
                condition=Q(decided_cents=F("member_cents") + F("provider_cents")),
                name="reimbursement_parts",
            ),
        ]
        indexes = [
            models.Index(fields=["member_id"], name="reimbursement_member"),
            BrinIndex(fields=["change_id"], name="reimbursement_change", autosummarize=True),
        ]


class Payout(AppendOnly):
    """A settlement of reimbursement entries of one payee; a zero sum settles without a number."""

    payout_id = models.BigAutoField(primary_key=True)
    payee_kind = models.TextField()
    payee_id = models.IntegerField()
    series = models.TextField()
    year = models.IntegerField()
    number = models.IntegerField(null=True)
    issue_date = models.DateField()
    currency = models.CharField(max_length=3)
    total_cents = models.BigIntegerField()
    entries = models.IntegerField()

    class Meta(AppendOnly.Meta):
        """payee_id: the family's id for members, the provider's for providers. Numbers have no gap."""

        db_table = "payout"
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="numbers_without_gaps",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=numbers_without_gaps("payout"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "number"], name="payout_number"),
            one_of("payee_kind", list(PAYEES), "payout_payee_kind"),
            models.CheckConstraint(
                condition=Q(total_cents__gt=0, number__gte=1) | Q(total_cents=0, number__isnull=True),
                name="payout_pays_or_settles",
            ),
        ]
        indexes = [models.Index(fields=["payee_kind", "payee_id"], name="payout_payee")]


class PayoutEntry(AppendOnly):
    """The tie of one reimbursement entry to its payout, made once."""

    entry_id = models.BigIntegerField(primary_key=True)
    payout_id = models.BigIntegerField()

    class Meta(AppendOnly.Meta):
        """An entry is in at most one payout."""

        db_table = "payout_entry"
        indexes = [models.Index(fields=["payout_id"], name="payout_entry_payout")]
