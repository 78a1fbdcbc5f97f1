"""Tell people what is new: one alert per run of checks that found or resolved something, a digest, a test."""

from collections.abc import Iterable

from avenant.core.checks import french
from avenant.core.checks.finding import UNKNOWN
from avenant.core.checks.telling import Alert, Told, digest, news
from avenant.flows.check_catalogue import CHECKS
from avenant.flows.health import health
from avenant.gateways.alerts import alert_language, alert_urls, desk_url, send
from avenant.store.database import Database
from avenant.store.readers.check_results import OpenFinding, open_findings
from avenant.store.writers.check_results import Kept

SENTENCES = {"en": {check.name: check.sentence for check in CHECKS.values()}, "fr": french.SENTENCES}
TEST = {
    "en": ("avenant: a test", "Alerts about the books arrive here."),
    "fr": ("avenant: un essai", "Les alertes sur les livres arrivent ici."),
}


def tell_news(kept: Kept) -> int:
    """Send what a run of checks changed; how many channels took it (0: nothing new, or nobody to tell).

    Errors: ValueError, NotDelivered (``gateways.alerts``).
    """
    urls, language = alert_urls(), alert_language()
    alert = news(_told(kept.new), _told(kept.resolved), SENTENCES[language], desk_url(), language)
    return send(urls, alert.title, alert.body) if urls and alert else 0


def tell_digest(db: Database) -> tuple[Alert, int]:
    """Send all that is open; the alert, and how many channels took it (0: nobody to tell)."""
    with db.connect() as connection:
        findings = open_findings(connection)
    urls, language = alert_urls(), alert_language()
    alert = digest(_told(findings), health(db).told_in(language), SENTENCES[language], desk_url(), language)
    return alert, send(urls, alert.title, alert.body) if urls else 0


def tell_test() -> int:
    """Send a test to every channel. Errors: LookupError when there is none; those of ``tell_news``."""
    urls = alert_urls()
    if not urls:
        raise LookupError(
            "nobody is told: put Apprise addresses into AVENANT_ALERT_URLS, with blanks between"
        )
    link = f"\n{desk_url()}/checks" if desk_url() else ""
    title, said = TEST[alert_language()]
    return send(urls, title, f"{said}{link}")


def _told(findings: Iterable[OpenFinding]) -> list[Told]:
    return [Told(one.check, one.rank, one.owner, one.severity == UNKNOWN) for one in findings]
