"""Alerts to people's channels by Apprise addresses: Slack, e-mail and a hundred others.

| variable | for |
|---|---|
| `AVENANT_ALERT_URLS` | where alerts go: Apprise addresses with blanks between them; none: nobody is told |
| `AVENANT_DESK_URL` | where the desk is reached, for the links in alerts |
| `AVENANT_ALERT_LANGUAGE` | in which language: `en`, or `fr` |

Addresses hold secrets: messages name their kind and their place in the list alone.
"""

import os
from urllib.parse import urlsplit

URLS, DESK, LANGUAGE = "AVENANT_ALERT_URLS", "AVENANT_DESK_URL", "AVENANT_ALERT_LANGUAGE"
LANGUAGES = ("en", "fr")


class NotDelivered(RuntimeError):
    """Some channel did not take an alert."""


def alert_urls() -> list[str]:
    """The addresses of the environment, in order."""
    return os.environ.get(URLS, "").split()


def desk_url() -> str:
    """Where the desk is reached; empty when nobody said."""
    return os.environ.get(DESK, "").rstrip("/")


def alert_language() -> str:
    """In which language alerts are told. Errors: ValueError for one that they have not."""
    chosen = os.environ.get(LANGUAGE, "") or LANGUAGES[0]
    if chosen not in LANGUAGES:
        raise ValueError(f"{LANGUAGE} is {chosen!r}: alerts are told in {' or '.join(LANGUAGES)}")
    return chosen


def send(urls: list[str], title: str, body: str) -> int:
    """Send one alert to every address; how many took it.

    Errors: ValueError for an address that Apprise does not understand (before anything is sent), NotDelivered after
    all were tried.
    """
    from apprise import Apprise, NotifyFormat

    channels = []
    for number, url in enumerate(urls, start=1):
        channel = Apprise()
        if not channel.add(url):
            raise ValueError(
                f"{URLS}: address {_named(number, url)} is none that Apprise understands; "
                "write it like slack://TokenA/TokenB/TokenC, see Apprise's list of services"
            )
        channels.append((_named(number, url), channel))
    failed = [
        name
        for name, channel in channels
        if not channel.notify(title=title, body=body, body_format=NotifyFormat.TEXT)
    ]
    if failed:
        raise NotDelivered(
            f"{len(failed)} of {len(urls)} channels did not take the alert: {', '.join(failed)}; "
            "see that they can be reached, then try `avenant alerts test`"
        )
    return len(urls)


def _named(number: int, url: str) -> str:
    return f"{number} ({urlsplit(url).scheme or 'no kind'})"
