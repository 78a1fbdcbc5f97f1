"""Users of the desk, and what an engineer asked to see by name."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from avenant.desk.roles import ROLES, Role


class User(AbstractUser):
    """A person who works at the desk: one role, a language, and where their checkout is (for links to an editor)."""

    role = models.CharField(max_length=20, choices=[(key, role.names[0]) for key, role in ROLES.items()])
    language = models.CharField(max_length=2, choices=[("en", "English"), ("fr", "Français")], default="en")
    source_root = models.CharField(max_length=300, blank=True, default="")

    @property
    def duty(self) -> Role:
        """The role with its permissions."""
        return ROLES[self.role]


class Reveal(models.Model):
    """An engineer's recorded reason for seeing a member by name, and until when it holds."""

    user = models.ForeignKey(User, on_delete=models.PROTECT)
    member_ref = models.CharField(max_length=100)
    reason = models.TextField()
    given_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()

    class Meta:
        """Looked up by who and whom."""

        indexes = [models.Index(fields=["user", "member_ref", "until"], name="reveal_of")]
