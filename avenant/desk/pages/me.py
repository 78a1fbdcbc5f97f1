"""One's own account: language, editor, second factor, the keyboard map, names revealed for a reason."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from avenant.desk.context import PageRefused, desk_of, page
from avenant.desk.doors import door, open_to_anybody
from avenant.desk.forms import own_path
from avenant.desk.models import Reveal, User
from avenant.desk.roles import Permission
from avenant.desk.words import say
from avenant.store.readers.heads import member_head

REVEALED_FOR = timedelta(hours=1)


def back(request: HttpRequest) -> HttpResponse:
    """To the page a form names, if it is one of ours."""
    return redirect(own_path(request, request.POST.get("back", "")) or "/")


@open_to_anybody
def language(request: HttpRequest) -> HttpResponse:
    """Switch between English and French; for a user it is kept. Opened as a page, it leads home."""
    if request.method != "POST":
        return redirect("/")
    user = request.user
    before = user.language if isinstance(user, User) else request.COOKIES.get("language", "en")
    chosen = "en" if before == "fr" else "fr"
    if isinstance(user, User):
        user.language = chosen
        user.save(update_fields=["language"])
    answer = back(request)
    answer.set_cookie("language", chosen, max_age=365 * 86_400, samesite="Lax", secure=request.is_secure())
    return answer


@door(Permission.ENTER)
def keys(request: HttpRequest) -> HttpResponse:
    """The keyboard map."""
    return page(request, "keys.html")


@door(Permission.ENTER)
def account(request: HttpRequest) -> HttpResponse:
    """One's role, password, second factor, and the folder of one's checkout for links to an editor."""
    desk = desk_of(request)
    if request.method == "POST":
        root = request.POST.get("source_root", "").strip()[:300]
        if root and not root.startswith("/"):
            raise PageRefused(say(desk.language, "me.root_absolute", seen=root[:60]))
        desk.user.source_root = root
        desk.user.save(update_fields=["source_root"])
        messages.success(request, say(desk.language, "me.saved"))
        return redirect("account")
    return page(request, "account.html")


@door(Permission.REVEAL, looks_at="member")
def reveal(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a member's name to somebody who normally sees a pseudonym, for an hour, for a recorded reason."""
    desk = desk_of(request)
    member_head(desk.db, ref, desk.rev)
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()
        if len(reason) < 10:
            raise PageRefused(say(desk.language, "me.reason_short"))
        until = timezone.now() + REVEALED_FOR
        Reveal.objects.create(user=desk.user, member_ref=ref, reason=reason[:2000], until=until)
        return back(request)
    return page(request, "reveal.html", {"ref": ref, "back": request.GET.get("back", "/")})


urlpatterns = [
    path("language", language, name="language"),
    path("keys", keys, name="keys"),
    path("account", account, name="account"),
    path("reveal/<str:ref>", reveal, name="reveal"),
]
