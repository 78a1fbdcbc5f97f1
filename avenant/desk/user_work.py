"""What administrators do with users: add, change role or language, lock, give a new password, drop a second factor.

Every step is kept in the record of visits, so that auditors see who gave which right to whom. One who may manage
users always stays: nobody changes their own rights, and no two lock each other out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from avenant.desk.models import User, Visit
from avenant.desk.roles import ROLES

CHANGES = ("role", "language", "lock", "unlock", "password", "second_factor")
LANGUAGES = ("en", "fr")


class Unchangeable(ValueError):
    """The change is refused; ``key``: the desk's words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody to be added, as the form says it."""

    username: str
    role: str
    email: str
    language: str


def wrong_fields(new: NewUser) -> dict[str, str]:
    """Field -> the words that say what is wrong with it."""
    wrong = {}
    try:
        User._meta.get_field("username").run_validators(new.username)
        if not new.username:
            wrong["username"] = "form.required"
    except ValidationError:
        wrong["username"] = "users.bad_name"
    if new.email:
        try:
            User._meta.get_field("email").run_validators(new.email)
            if User.objects.filter(email__iexact=new.email).exists():
                wrong["email"] = "users.email_taken"
        except ValidationError:
            wrong["email"] = "users.bad_email"
    if new.role not in ROLES:
        wrong["role"] = "users.choose_role"
    if new.language not in LANGUAGES:
        wrong["language"] = "users.choose_language"
    return wrong


def added_user(new: NewUser, by: User) -> str:
    """Add somebody; the password, which is told once. Errors: Unchangeable where the name is taken."""
    password = secrets.token_urlsafe(12)
    try:
        with transaction.atomic():
            user = User(username=new.username, email=new.email, role=new.role, language=new.language)
            user.set_password(password)
            user.save()
            _record(by, user, f"added as {new.role}")
    except IntegrityError:
        raise Unchangeable("users.name_taken") from None
    return password


def changed_user(number: int, change: str, value: str, by: User) -> tuple[User, str]:
    """Make one change of CHANGES; the user, and the new password where one was given. Errors: Unchangeable."""
    with transaction.atomic():
        managers = User.objects.select_for_update().filter(role="administrator").order_by("pk")
        if by.pk not in {one.pk for one in managers if one.is_active}:
            raise Unchangeable("users.no_longer")
        user = User.objects.select_for_update().filter(pk=number).first()
        if user is None:
            raise Unchangeable("users.unknown")
        if user.pk == by.pk and change != "language":
            raise Unchangeable("users.yourself")
        before = user.role
        password = _change(user, change, value)
        user.save()
        _record(by, user, f"role {before} → {user.role}" if change == "role" else change.replace("_", " "))
    return user, password


def _change(user: User, change: str, value: str) -> str:
    match change:
        case "role" if value in ROLES:
            user.role = value
        case "language" if value in LANGUAGES:
            user.language = value
        case "lock" | "unlock":
            user.is_active = change == "unlock"
        case "second_factor":
            Authenticator.objects.filter(user=user).delete()
        case "password":
            password = secrets.token_urlsafe(12)
            user.set_password(password)
            return password
        case _:
            raise Unchangeable("users.no_such_change")
    return ""


def _record(by: User, user: User, what: str) -> None:
    Visit.objects.create(
        username=by.username, role=by.role, kind="user", ref=user.username, page="users", reason=what[:300]
    )
