"""A bad release that would cancel half the book: the run stops before it writes, and says what to do."""

from dataclasses import replace

import polars as pl
import pytest

from avenant.core.rulebook.model import Rulebook, content_key
from avenant.flows import publishing
from tests.faults.books import contents, differences
from tests.faults.scenarios import Scenario, Stage, next_night, seeds
from tests.faults.trials import Trial, none_of

pytestmark = pytest.mark.soak
TWENTY_PERCENT_MORE = 12
STATUS = "SELECT status FROM run_close ORDER BY run_id DESC LIMIT 1"


def dearer(rulebook: Rulebook) -> Rulebook:
    """The same plans, every price a fifth higher from its first day on."""
    raised = [pl.col(name) * TWENTY_PERCENT_MORE // 10 for name in ("amount_cents", "rate_ppm")]
    return replace(
        rulebook, price_lines=rulebook.price_lines.with_columns(raised).with_columns(content_key())
    )


@pytest.mark.parametrize("seed", seeds(1, 5))
def test_a_run_that_would_cancel_half_the_book_stops_before_it_writes(stage: Stage, seed: int) -> None:
    chosen = {"contracts": 220, "months": 9, "override_breaker": False, "retro_months": None}
    trial = Trial(stage, Scenario.drawn(seed, workers=2 * (seed % 2), **chosen))
    book, rulebook = trial.book, trial.scenario.rulebook
    next_night(book, trial.scenario)
    publishing.publish(book, dearer(rulebook))
    before = contents(book)

    outcome = trial.nightly_command().outcome()
    assert outcome.code == 1
    assert outcome.speaks_to_people, outcome.complained
    assert "--override-breaker" in outcome.complained
    none_of(differences(contents(book), before), "nothing may have been written")
    with book.connect() as connection:
        assert connection.execute(STATUS).fetchone() == ("stopped",)

    assert trial.nightly_command(**{"breaker-share": 1}).outcome().code == 0
    raised = contents(book)
    assert len(raised["premium"]) > 2 * len(before["premium"])

    publishing.publish(trial.twin, dearer(rulebook))
    for one in (book, trial.twin):
        next_night(one, trial.scenario)
        publishing.publish(one, rulebook)
    trial.scenario = replace(trial.scenario, override_breaker=True)
    assert trial.nightly_command().outcome().code == 0
    next_night(trial.twin, trial.scenario)
    trial.judge()
