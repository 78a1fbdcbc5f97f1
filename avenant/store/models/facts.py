"""Facts: what we were told. A correction or a withdrawal is a newer version of the same fact."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from avenant.store.models.append_only import AppendOnly


def one_of(column: str, values: list[str], name: str) -> models.CheckConstraint:
    """A constraint that ``column`` holds one of ``values``."""
    return models.CheckConstraint(condition=Q(**{f"{column}__in": values}), name=name)


class Contract(AppendOnly):
    """A contract: individual (billed in advance) or company (in arrears), in its one currency."""

    pk = models.CompositePrimaryKey("contract_id", "version")
    contract_id = models.IntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    kind = models.TextField()
    cycle = models.TextField()
    currency = models.CharField(max_length=3)
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by its number; one row per version."""

        db_table = "contract"
        constraints = [
            models.UniqueConstraint(fields=["ref", "version"], name="contract_ref_version"),
            one_of("kind", ["individual", "company"], "contract_kind"),
            one_of("cycle", ["advance", "arrears"], "contract_cycle"),
        ]


class Member(AppendOnly):
    """One insured person; a family is a primary and the dependants under it."""

    pk = models.CompositePrimaryKey("member_id", "version")
    member_id = models.IntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    role = models.TextField()
    birth_date = models.DateField()
    family_id = models.IntegerField()
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by its number or its family."""

        db_table = "member"
        constraints = [
            models.UniqueConstraint(fields=["ref", "version"], name="member_ref_version"),
            one_of("role", ["primary", "partner", "child"], "member_role"),
            models.CheckConstraint(
                condition=Q(role="primary", family_id=F("member_id"))
                | (~Q(role="primary") & ~Q(family_id=F("member_id"))),
                name="primary_heads_its_family",
            ),
        ]
        indexes = [models.Index(fields=["family_id"], name="member_family")]


class Enrolment(AppendOnly):
    """A member covered by a contract under a plan's level, from ``valid_from`` until before ``valid_to``."""

    pk = models.CompositePrimaryKey("enrolment_id", "version")
    enrolment_id = models.IntegerField()
    version = models.IntegerField()
    ref = models.TextField()
    contract_id = models.IntegerField()
    member_id = models.IntegerField()
    plan = models.TextField()
    level = models.TextField()
    basis = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    withdrawn = models.BooleanField(default=False)

    class Meta(AppendOnly.Meta):
        """Found by its number, member or contract."""

        db_table = "enrolment"
        constraints = [
            models.UniqueConstraint(fields=["ref", "version"], name="enrolment_ref_version"),
            one_of("basis", ["active", "portability"], "enrolment_basis"),
            models.CheckConstraint(
                condition=Q(valid_to__gt=F("valid_from")), name="enrolment_ends_after_its_start"
            ),
        ]
        indexes = [
            models.Index(fields=["member_id"], name="enrolment_member"),
            models.Index(fields=["contract_id"], name="enrolment_contract"),
        ]


class Approval(AppendOnly):
    """Operations' yes to changes that reach further back than the plan allows, for one member's months."""

    approval_id = models.BigAutoField(primary_key=True)
    contract_id = models.IntegerField()
    member_id = models.IntegerField()
    from_month = models.DateField()
    through_month = models.DateField()

    class Meta(AppendOnly.Meta):
        """Found by its contract."""

        db_table = "approval"
        indexes = [models.Index(fields=["contract_id", "member_id"], name="approval_key")]


FORGET_NAME = """
IF TG_OP = 'DELETE' OR OLD.value IS DISTINCT FROM NEW.value THEN
    DELETE FROM person_name WHERE member_id = OLD.member_id;
END IF;
RETURN NULL;
"""


class PersonDetail(models.Model):
    """Erasable personal data: a name, an address, bank details. Facts and books never carry it.

    value_hash: a keyed hash, to match equal values unread. retain_until: the first day on which it may be erased
    if the member is no longer covered. erased_at: since when nothing but the fact of the erasure is left.
    """

    member_id = models.IntegerField()
    kind = models.TextField()
    value = models.TextField(null=True)
    value_hash = models.BinaryField(null=True)
    retain_until = models.DateField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """One value per member and kind; deliberately not append-only."""

        db_table = "person_detail"
        constraints = [
            models.UniqueConstraint(fields=["member_id", "kind"], name="person_detail_kind"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, value__isnull=False)
                | Q(erased_at__isnull=False, value__isnull=True, value_hash__isnull=True),
                name="erased_details_are_gone",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="forget_name",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.kind = 'name'"),
                func=FORGET_NAME,
            ),
        ]


class PersonName(models.Model):
    """What a member's name is found by: its words, their beginnings and their likely typos, folded.

    As erasable as the name: whoever changes, erases or deletes the detail forgets this row in the same transaction.
    """

    member_id = models.IntegerField(primary_key=True)
    tokens = ArrayField(models.TextField())

    class Meta:
        """Found by equal tokens alone. Few rows wait outside the index, as every search reads them all."""

        db_table = "person_name"
        indexes = [GinIndex(fields=["tokens"], name="person_name_tokens", gin_pending_list_limit=256)]
