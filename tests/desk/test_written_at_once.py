"""Parts of pages that are written in one go say what they should, and nothing of it can become markup."""

from __future__ import annotations

from datetime import datetime

from avenant.core.timeline.model import Split
from avenant.desk.changes_list import changes_as_items
from avenant.desk.moments import Steps
from avenant.desk.waterfall_bar import waterfall_bar
from avenant.flows.instants import SubjectChange
from avenant.store.database import PARIS

VISIT = Split(charged_cents=3_000, secu_cents=1_900, ours_cents=900, out_of_pocket_cents=200)
LEARNT = datetime(2026, 3, 14, 9, 12, tzinfo=PARIS)


def steps_of(*changes: SubjectChange) -> Steps:
    return Steps("", "", changes[-1], tuple((one.at.isoformat(), one) for one in changes))


def test_the_bar_of_a_visit_shares_out_what_was_charged() -> None:
    bar = waterfall_bar(VISIT, "EUR", "en")
    for name, x, width in (("secu", 0, 63.333), ("ours", 63.333, 30), ("out_of_pocket", 93.333, 6.667)):
        assert f'<rect class="part {name}" x="{x:.3f}" y="0" width="{width:.3f}" height="6"/>' in bar
    assert 'Charged <b class="money">€30.00</b>' in bar
    assert "others" not in bar


def test_a_small_bar_leaves_the_sum_out_and_tells_what_was_withheld() -> None:
    bar = waterfall_bar(VISIT + Split(withheld_cents=100), "EUR", "fr", small=True)
    assert "Facturé" not in bar
    assert 'dont retenu <span class="money">1,00\u00a0€</span>' in bar


def test_a_currency_cannot_become_markup() -> None:
    assert "<script>" not in waterfall_bar(VISIT, "<script>", "en")


def test_a_change_leads_to_its_instant_and_only_the_current_one_is_marked() -> None:
    changes = [SubjectChange(rev, LEARNT, "ops", "told", None, (("enrolment", rev),)) for rev in (1, 2)]
    told = changes_as_items(steps_of(*changes), "en", technical=False, address="?tab=a&known_at=")
    assert told.count("<li ") == 2
    assert told.count('aria-current="true"') == 1
    assert 'href="?tab=a&amp;known_at=2026-03-14T09%3A12%3A00' in told
    assert '14 March 2026, 09:12</a> <span class="quiet">1 enrolment</span>' in told
    assert "ops" not in told


def test_whoever_wrote_a_reason_cannot_write_markup() -> None:
    change = SubjectChange(1, LEARNT, "<i>ops", '"><script>', None, (("member", 1),))
    told = changes_as_items(steps_of(change), "en", technical=True, address='?q="><script>&known_at=')
    assert "<i>" not in told
    assert "<script>" not in told
    assert "&lt;i&gt;ops · &quot;&gt;&lt;script&gt;" in told
