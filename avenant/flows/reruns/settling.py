"""What the stages of settlements take: the open entries of one contract or payee as the run found them."""

from __future__ import annotations

import polars as pl

from avenant.core.book.settle import Issue
from avenant.core.payouts.due import PAYEE, PayoutTerms, open_groups, payouts, settled_now, with_verdicts
from avenant.flows.reruns.scene import Scene
from avenant.store.readers.paying import open_reimbursements
from avenant.store.readers.reruns import first_number, settlement
from avenant.store.readers.runs import parked_families
from avenant.store.readers.settling import balances, open_entries

DocumentInputs = tuple[pl.DataFrame, pl.DataFrame, Issue]


def invoice_inputs(scene: Scene) -> tuple[pl.DataFrame, pl.DataFrame, Issue, object]:
    """Open premiums of the contract, its currency and balance, the issue, and the month: what `settlements` takes."""
    point, subject = scene.question.point, scene.question.subject
    assert subject.contract is not None and subject.settled is not None
    stored = settlement(scene.connection, "invoice", subject.settled)
    before = point.book - 1
    parked = parked_families(scene.connection, rev=point.facts)["family_id"].to_list()
    month = stored["month"][0]
    entries = open_entries(scene.connection, [subject.contract], month, point.only_month, parked, before)
    held = balances(scene.connection, [subject.contract], before)
    contracts = stored.select("contract_id", "currency").join(held, on="contract_id", how="left")
    issue = Issue(
        stored["series"][0], point.business_date, first_number(scene.connection, "invoice", subject.settled)
    )
    return entries, contracts.with_columns(pl.col("balance_cents").fill_null(0)), issue, month


def payout_inputs(scene: Scene) -> tuple[pl.DataFrame, PayoutTerms, Issue]:
    """Open reimbursements of the payee in its currency, the terms, and the issue: what `paid` takes."""
    point, subject = scene.question.point, scene.question.subject
    assert subject.settled is not None
    stored = settlement(scene.connection, "payout", subject.settled)
    parked = parked_families(scene.connection, rev=point.facts)["family_id"].to_list()
    entries = open_reimbursements(scene.connection, stored.select(PAYEE), parked, point.book - 1)
    mine = entries.join(stored.select(PAYEE), on=PAYEE, how="semi")
    terms = PayoutTerms(point.business_date, point.minimum_cents, point.max_days)
    number = first_number(scene.connection, "payout", subject.settled)
    return mine, terms, Issue(stored["series"][0], point.business_date, number)


def paid(entries: pl.DataFrame, terms: PayoutTerms, issue: Issue) -> pl.DataFrame:
    """The payouts that open ``entries`` give under ``terms``: columns of a payout without its id."""
    return payouts(settled_now(with_verdicts(open_groups(entries), terms)), issue)
