"""Alerts to people's channels by Apprise addresses: Slack, e-mail and a hundred others.

| variable | for |
|---|---|
| `AVENANT_ALERT_URLS` | where alerts go: Apprise addresses with blanks between them; none: nobody is told |
| `AVENANT_DESK_URL` | where the desk is reached, for the links in alerts |

Addresses hold secrets: messages name their kind and their place in the list alone.
"""

import os
from urllib.parse import urlsplit

URLS, DESK = "AVENANT_ALERT_URLS", "AVENANT_DESK_URL"


class NotDelivered(RuntimeError):
    """Some channel did not take an alert."""


def alert_urls() -> list[str]:
    """The addresses of the environment, in order."""
    return os.environ.get(URLS, "").split()


def desk_url() -> str:
    """Where the desk is reached; empty when nobody said."""
    return os.environ.get(DESK, "").rstrip("/")


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
