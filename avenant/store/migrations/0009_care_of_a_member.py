"""Indexes by which the care of one member is read from fewer blocks: they lie all over the largest tables."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """When a member's documents were learnt, without the documents; which lines were ever corrected."""

    dependencies = [("store", "0008_pages_at_size")]
    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["member_ref"], include=["change_id"], name="document_of_member"),
        ),
        migrations.RemoveIndex(model_name="document", name="document_member_ref"),
        migrations.AddIndex(
            model_name="careline",
            index=models.Index(
                fields=["line_id", "version"], name="care_line_corrected", condition=Q(version__gt=1)
            ),
        ),
    ]
