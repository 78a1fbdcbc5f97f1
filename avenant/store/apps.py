"""The Django application that owns every table."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Facts, books, settlements and the revisions that order them."""

    name = "avenant.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
