"""Users: who may sign in, with which role; adding, locking, a new password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from avenant.desk.context import Desk, PageRefused, desk_of, page
from avenant.desk.doors import door
from avenant.desk.models import User
from avenant.desk.roles import ROLES, Permission
from avenant.desk.user_work import CHANGES, NewUser, Unchangeable, added_user, changed_user, wrong_fields
from avenant.desk.words import say

MOST_USERS = 1_000


@door(Permission.SEE_USERS)
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who may sign in, with their role; what each role may."""
    return _shown(request, desk_of(request))


@door(Permission.MANAGE_USERS, changes=True)
def user_add(request: HttpRequest) -> HttpResponse:
    """Add somebody; the password is shown on the answer and nowhere else."""
    desk = desk_of(request)
    said = {name: request.POST.get(name, "").strip() for name in ("username", "role", "email", "language")}
    new = NewUser(**said)
    if wrong := wrong_fields(new):
        return _shown(request, desk, 422, said=said, wrong=_words(desk, wrong))
    try:
        password = added_user(new, desk.user)
    except Unchangeable as error:
        return _shown(request, desk, 422, said=said, wrong=_words(desk, {"username": error.key}))
    return _shown(request, desk, told=new.username, password=password)


@door(Permission.MANAGE_USERS, changes=True)
def user_change(request: HttpRequest, number: int) -> HttpResponse:
    """Change one thing about a user."""
    desk = desk_of(request)
    change = request.POST.get("change", "")
    if change not in CHANGES or number >= 2**62:
        raise PageRefused(say(desk.language, "error.form_expired"))
    try:
        user, password = changed_user(number, change, request.POST.get(change, ""), desk.user)
    except Unchangeable as error:
        raise PageRefused(say(desk.language, error.key), status=409) from error
    if password:
        return _shown(request, desk, told=user.username, password=password)
    messages.success(request, say(desk.language, f"users.done_{change}", name=user.username))
    return redirect("users")


def _shown(request: HttpRequest, desk: Desk, status: int = 200, **more: Any) -> HttpResponse:
    place = 0 if desk.language == "en" else 1
    context = {
        "users": User.objects.order_by("-is_active", "username")[:MOST_USERS],
        "roles": [(role.key, role.names[place], role.sentences[place]) for role in ROLES.values()],
        "said": {},
        "wrong": {},
    }
    return page(request, "administration/users.html", context | more, status=status)


def _words(desk: Desk, wrong: dict[str, str]) -> dict[str, str]:
    return {name: say(desk.language, key) for name, key in wrong.items()}


urlpatterns = [
    path("users", users, name="users"),
    path("users/add", user_add, name="user-add"),
    path("users/<int:number>", user_change, name="user-change"),
]
