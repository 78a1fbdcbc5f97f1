"""Whether the books are looked after: red when the night did not run, stopped, or was cut short.

health(Database(url)).healthy
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from avenant.store.database import PARIS, Connection, Database
from avenant.store.readers.nights import RunEnded, first_instant, last_ends, last_open_night

MOST_HOURS = 26
"""A night is late when the last good one ended longer ago: a day, and two hours of grace."""


@dataclass(frozen=True, slots=True)
class Health:
    """``reasons``: why it is red, empty when it is not; ``raisons``: the same in French.

    last_night: the business date of the last good night.
    """

    reasons: tuple[str, ...]
    last_night: date | None
    ended_at: datetime | None
    parked: int = 0
    held: int = 0
    waiting: int = 0
    raisons: tuple[str, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong."""
        return not self.reasons

    @property
    def told(self) -> tuple[str, ...]:
        """The state in sentences."""
        if self.last_night is None:
            return (*self.reasons, "No nightly run has ended well yet.")
        return (
            *self.reasons,
            f"The last good night is that of {self.last_night}: {self.parked:,} families parked, "
            f"{self.held:,} changes held, {self.waiting:,} lines of care waiting.",
        )

    def told_in(self, language: str) -> tuple[str, ...]:
        """The state in sentences of ``en`` or ``fr``."""
        if language != "fr":
            return self.told
        if self.last_night is None:
            return (*self.raisons, "Aucun traitement de nuit n’a encore abouti.")
        return (
            *self.raisons,
            f"Le dernier traitement abouti est celui du {self.last_night:%d/%m/%Y} : "
            f"familles écartées {self.parked}, changements retenus {self.held}, "
            f"lignes de soins en attente {self.waiting}.",
        )


def health(db: Database, most_hours: int = MOST_HOURS) -> Health:
    """The state of the nightly run by the database's clock, from a few small rows."""
    now = db.now()
    with db.snapshot() as connection:
        ends = {end.status: end for end in last_ends(connection) if end.kind == "nightly"}
        found = _reasons(connection, ends, now, timedelta(hours=most_hours))
    reasons, raisons = (tuple(pair[place] for pair in found) for place in (0, 1))
    done = ends.get("done")
    if done is None:
        return Health(reasons, None, None, raisons=raisons)
    counts = {name: int(done.counts.get(name, 0)) for name in ("parked", "held", "waiting")}
    return Health(reasons, done.business_date, done.ended_at, **counts, raisons=raisons)


def _reasons(
    connection: Connection, ends: dict[str, RunEnded], now: datetime, most: timedelta
) -> list[tuple[str, str]]:
    """Why it is red, each in English and in French."""
    done, stopped, began = ends.get("done"), ends.get("stopped"), last_open_night(connection)
    reasons = []
    since = first_instant(connection) if done is None else done.ended_at
    if since is not None and now - since > most:
        local = since.astimezone(PARIS)
        reasons.append(
            (
                f"No nightly run has ended well since {local:%Y-%m-%d %H:%M}: run `avenant nightly`.",
                f"Aucun traitement de nuit n’a abouti depuis le {local:%d/%m/%Y à %H:%M} : lancez `avenant nightly`.",
            )
        )
    if stopped is not None and (done is None or stopped.run_id > done.run_id):
        reasons.append(
            (
                f"The nightly run {stopped.run_id} stopped before its end; its record says why.",
                f"Le traitement {stopped.run_id} s’est arrêté avant sa fin ; sa fiche dit pourquoi.",
            )
        )
    if began is not None and now - began.opened_at > most:
        reasons.append(
            (
                f"The nightly run {began.run_id} was cut short: run `avenant nightly` again.",
                f"Le traitement {began.run_id} a été interrompu : relancez `avenant nightly`.",
            )
        )
    return reasons
