"""Who may come in: people an administrator has added, by password or by their organisation's sign-in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import redirect

from avenant.desk.models import User


class NoSignUp(DefaultAccountAdapter):
    """Nobody makes an account for themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class KnownPeopleOnly(DefaultSocialAccountAdapter):
    """Somebody from OpenID Connect enters as the user an administrator added under the same verified address."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie the sign-in to the known user with that address; turn others away."""
        if sociallogin.is_existing:
            return
        addresses = [a.email.lower() for a in sociallogin.email_addresses if a.verified and a.email]
        known = User.objects.filter(email__in=addresses, is_active=True)
        if len(known) == 1:
            sociallogin.connect(request, known[0])
            return
        raise ImmediateHttpResponse(redirect("/account/login/?unknown=1"))
