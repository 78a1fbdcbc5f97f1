"""What every append-only table shares: the change it was written under, and the triggers that guard it.

A statement trigger refuses UPDATE, DELETE and TRUNCATE; another refuses rows that name a change which this
very transaction did not open, or which is sealed already (``SET CONSTRAINTS IMMEDIATE`` seals early), so that
every row becomes known at the revision of its own commit and its revision's digest can cover it.
"""

import pgtrigger
from django.db import models

REFUSED = """
RAISE EXCEPTION '% is append-only: % is refused; write a newer version instead', TG_TABLE_NAME, TG_OP
    USING ERRCODE = '23514';
"""

OWN_CHANGE = """
IF EXISTS (
    SELECT FROM (SELECT DISTINCT change_id FROM new_rows) AS written
    LEFT JOIN change USING (change_id)
    LEFT JOIN revision USING (change_id)
    WHERE change.xid IS DISTINCT FROM pg_current_xact_id() OR revision.rev IS NOT NULL
) THEN
    RAISE EXCEPTION 'rows of % must name a change that this transaction opened and has not sealed yet', TG_TABLE_NAME
        USING ERRCODE = '23514';
END IF;
RETURN NULL;
"""

GUARDS = [
    pgtrigger.Trigger(
        name="append_only",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=REFUSED,
    ),
]

OWN_CHANGE_GUARD = pgtrigger.Trigger(
    name="own_change",
    level=pgtrigger.Statement,
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    referencing=pgtrigger.Referencing(new="new_rows"),
    func=OWN_CHANGE,
)


class AppendOnly(models.Model):
    """A row that is written once, under a change, and never touched again."""

    change_id = models.BigIntegerField()

    class Meta:
        """Guards shared by all append-only tables."""

        abstract = True
        triggers = [*GUARDS, OWN_CHANGE_GUARD]
