"""Care: what messages say, what people answered, what waits; each a versioned fact or an append-only note."""

from django.db import models
from django.db.models import F, Q

from avenant.core.frames.care import ANSWERS, DOCUMENT_KINDS, PAYEES
from avenant.store.models.append_only import AppendOnly
from avenant.store.models.facts import one_of


class Document(AppendOnly):
    """A message about care from one payer or payee; the same ref again is the same document, corrected."""

    pk = models.CompositePrimaryKey("document_id", "version")
    document_id = models.IntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    kind = models.TextField()
    payer = models.TextField(null=True)
    payer_rank = models.SmallIntegerField(null=True)
    member_ref = models.TextField()
    received_on = models.DateField()
    paid_on = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by its ref, or by the member it names."""

        db_table = "document"
        constraints = [
            models.UniqueConstraint(fields=["ref", "version"], name="document_ref_version"),
            one_of("kind", list(DOCUMENT_KINDS), "document_kind"),
        ]
        indexes = [models.Index(fields=["member_ref"], include=["change_id"], name="document_of_member")]


class CareLine(AppendOnly):
    """One line of a message: one act as its sender tells it. Null: the message does not say."""

    pk = models.CompositePrimaryKey("line_id", "version")
    line_id = models.BigIntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    document_id = models.IntegerField()
    member_id = models.IntegerField(null=True)
    kind = models.TextField()
    payer = models.TextField(null=True)
    payer_rank = models.SmallIntegerField(null=True)
    received_on = models.DateField()
    act_code = models.TextField(null=True)
    family = models.TextField(null=True)
    care_from = models.DateField()
    care_last_day = models.DateField()
    quantity = models.IntegerField()
    charged_cents = models.BigIntegerField(null=True)
    base_cents = models.BigIntegerField(null=True)
    rate_ppm = models.IntegerField(null=True)
    secu_cents = models.BigIntegerField(null=True)
    retention_cents = models.BigIntegerField(null=True)
    others_cents = models.BigIntegerField(null=True)
    asked_cents = models.BigIntegerField(null=True)
    exemption = models.TextField(null=True)
    care_path = models.TextField(null=True)
    provider_id = models.IntegerField(null=True)
    sector = models.SmallIntegerField(null=True)
    optam = models.BooleanField(null=True)
    basket = models.TextField(null=True)
    location = models.TextField(null=True)
    payee = models.TextField(null=True)
    cancels = models.TextField(null=True)
    hold = models.TextField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by its member or its document; lines of nobody known yet are few."""

        db_table = "care_line"
        constraints = [
            models.UniqueConstraint(fields=["ref", "version"], name="care_line_ref_version"),
            one_of("kind", list(DOCUMENT_KINDS), "care_line_kind"),
            models.CheckConstraint(
                condition=Q(payee__isnull=True) | Q(payee__in=PAYEES), name="care_line_payee"
            ),
            models.CheckConstraint(
                condition=Q(care_last_day__gte=F("care_from")), name="care_ends_after_its_start"
            ),
        ]
        indexes = [
            models.Index(fields=["member_id"], name="care_line_member"),
            models.Index(fields=["document_id"], name="care_line_document"),
            models.Index(fields=["line_id"], name="care_line_of_nobody", condition=Q(member_id__isnull=True)),
            models.Index(
                fields=["line_id", "version"], name="care_line_corrected", condition=Q(version__gt=1)
            ),
        ]


class LineAmount(AppendOnly):
    """An amount of a message under its full coding, kept to the cent whether a rule reads it or not."""

    amount_id = models.BigAutoField(primary_key=True)
    line_id = models.BigIntegerField(null=True)
    document_id = models.IntegerField()
    version = models.IntegerField()
    position = models.IntegerField()
    coding = models.TextField()
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta(AppendOnly.Meta):
        """Found by its document."""

        db_table = "line_amount"
        indexes = [models.Index(fields=["document_id", "version"], name="line_amount_document")]


class Answer(AppendOnly):
    """A person's answer: two lines are the same act, or not; or a reasoned exception for the act of a line."""

    pk = models.CompositePrimaryKey("answer_id", "version")
    answer_id = models.IntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    kind = models.TextField()
    line_ref = models.TextField()
    other_ref = models.TextField(null=True)
    amount_cents = models.BigIntegerField(null=True)
    reason = models.TextField()
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by the lines it speaks of."""

        db_table = "answer"
        constraints = [
            models.UniqueConstraint(fields=["ref", "version"], name="answer_ref_version"),
            one_of("kind", list(ANSWERS), "answer_kind"),
        ]
        indexes = [
            models.Index(fields=["line_ref"], name="answer_line"),
            models.Index(fields=["other_ref"], name="answer_other", condition=Q(other_ref__isnull=False)),
        ]


class Provider(AppendOnly):
    """The number of one provider of care, identified by the ref that messages use."""

    provider_id = models.AutoField(primary_key=True)
    ref = models.TextField(unique=True)

    class Meta(AppendOnly.Meta):
        """Numbers start at 1; as a payee, 0 is the member."""

        db_table = "provider"


class ProviderStatus(AppendOnly):
    """A provider's sector and OPTAM status, from ``valid_from`` until before ``valid_to``."""

    pk = models.CompositePrimaryKey("status_id", "version")
    status_id = models.IntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    provider_id = models.IntegerField()
    sector = models.SmallIntegerField(null=True)
    optam = models.BooleanField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by its provider."""

        db_table = "provider_status"
        constraints = [models.UniqueConstraint(fields=["ref", "version"], name="provider_status_ref_version")]
        indexes = [models.Index(fields=["provider_id"], name="provider_status_provider")]


class Waiting(AppendOnly):
    """A line or act that cannot be decided, with the reason and its candidates; released when it can."""

    waiting_id = models.BigAutoField(primary_key=True)
    line_id = models.BigIntegerField()
    member_id = models.IntegerField()
    state = models.TextField()
    reason = models.TextField()
    candidates = models.TextField(null=True)

    class Meta(AppendOnly.Meta):
        """The latest row of a line is its state."""

        db_table = "waiting"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "released"]), name="waiting_state")
        ]
        indexes = [
            models.Index(fields=["member_id"], name="waiting_member"),
            models.Index(fields=["line_id", "-waiting_id"], name="waiting_line"),
            models.Index(fields=["change_id"], name="waiting_change"),
        ]
