"""What a page knows about its request: the book, the moment, the person's role, language and eyes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from avenant.desk.moments import link_text
from avenant.desk.roles import Permission, Role
from avenant.flows.instants import Moment
from avenant.store.database import PARIS, BookSettings, Database
from avenant.store.kept import KeptConnections

if TYPE_CHECKING:
    from avenant.desk.models import User


class PageRefused(ValueError):
    """A page cannot be shown or a form not be followed; the text is for the person. status: 400, 404, 409."""

    def __init__(self, text: str, status: int = 400) -> None:
        """``text``: a sentence in the person's language."""
        super().__init__(text)
        self.status = status


@cache
def book() -> Database:
    """The database of books this desk shows; it keeps some connections between requests."""
    return KeptConnections(settings.BOOK_URL)


@cache
def book_settings() -> BookSettings:
    """The settings of the book, read once: they stay for ever."""
    return book().settings()


@dataclass(slots=True)
class Desk:
    """One request's view of the desk. revealed: members whose names an engineer may see for a recorded reason."""

    db: Database
    settings: BookSettings
    user: User
    role: Role
    language: str
    moment: Moment
    revealed: frozenset[str] = field(default_factory=frozenset)

    @property
    def rev(self) -> int | None:
        """The revision readers are asked for; None: now."""
        return self.moment.rev

    @property
    def known_at(self) -> str:
        """The moment as links carry it; '' for now."""
        return link_text(self.moment.instant) if self.moment.is_past else ""

    @property
    def today(self) -> date:
        """The day the page believes it is: of its moment, in Paris."""
        return (self.moment.instant or self.moment.now).astimezone(PARIS).date()

    @property
    def simulated(self) -> bool:
        """Whether the book's clock is simulated, so that nothing on the page is real."""
        return self.settings.clock == "simulated"

    def may(self, permission: Permission | str) -> bool:
        """Whether this person may."""
        return self.role.may(Permission(permission))

    def sees_name(self, member_ref: str | None) -> bool:
        """Whether this person may see this member by name."""
        return self.role.may(Permission.SEE_NAMES) or (member_ref or "") in self.revealed

    def name(self, member_ref: str | None, name: str | None) -> str:
        """The member's name, or a pseudonym that stays the same for the same member."""
        if self.sees_name(member_ref):
            return name or member_ref or ""
        return pseudonym(member_ref or "")


def pseudonym(member_ref: str) -> str:
    """A name for somebody who must not be named: keyed, so that it says nothing to an outsider."""
    token = hashlib.blake2s(member_ref.encode(), key=settings.SECRET_KEY.encode()[:32], digest_size=3)
    return f"P-{token.hexdigest()}"


def desk_of(request: HttpRequest) -> Desk:
    """The desk that the door put on the request."""
    desk: Desk = request.desk
    return desk


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render ``desk/<template>``."""
    return render(request, f"desk/{template}", context, status=status)


def common(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what every template may use."""
    desk: Desk | None = getattr(request, "desk", None)
    user = getattr(request, "user", None)
    language = desk.language if desk else language_of(request)
    return {"desk": desk, "person": user, "language": language, "here": request.get_full_path()}


def language_of(request: HttpRequest) -> str:
    """The language for somebody at this request: the user's own, else the cookie's, else the browser's."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.language)
    chosen = request.COOKIES.get("language")
    if chosen in ("en", "fr"):
        return chosen
    return "fr" if request.headers.get("Accept-Language", "").lower().startswith("fr") else "en"
