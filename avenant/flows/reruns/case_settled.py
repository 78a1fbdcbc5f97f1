"""An invoice or a payout as a case: the papers that lead to it, each with what was new before it, and itself.

The runs of the case book the same entries and issue the same paper under another number. What they issue besides, to
other contracts and payees of the same families, is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from avenant.flows.reruns.case_rulebook import content_needed
from avenant.flows.reruns.case_told import learnt
from avenant.flows.reruns.case_words import Numbers, Told, as_written
from avenant.flows.reruns.papers import Moment, Paper, moments_of, nothing_settled
from avenant.flows.reruns.scene import Scene
from avenant.store.readers.facts import approvals_of
from avenant.store.readers.settling import balances

Learnt = dict[str, Any]
Kinds = Mapping[int, str]
OF_CARE: Final = ("documents", "answers", "provider_statuses")
WITHDRAWN: Final = ("members", "enrolments", *OF_CARE)
NEVER_SAID: Final = ("last_day",)


def settled_case(scene: Scene) -> tuple[list[Told], list[Told]]:
    """The plans and the steps of a case that issues the paper of ``scene`` again. Errors: NoCase."""
    *earlier, last = moments = moments_of(scene)
    numbers, known, steps = Numbers(), Learnt(), list[Told]()
    scenes = [each.scene for each in moments]
    version, kinds = scenes[0].rulebook.version, _kinds(scenes)
    for each in earlier:
        learnt_now = _learnt(each, numbers)
        news = _news(known, learnt_now, _settled(each, numbers))
        published = _published(each.scene, version, scenes)
        steps.append(_before(each, news, kinds, _last_day(steps), published))
        known, version = learnt_now, each.scene.rulebook.version
    news = _news(known, _learnt(last, numbers), _settled(last, numbers)) | _credit(moments, numbers)
    published = _published(last.scene, version, scenes)
    itself = _itself(last, news, numbers, kinds, _last_day(steps), published)
    return [_rulebook(scenes[0], scenes)], [*steps, *itself]


def _settled(moment: Moment, numbers: Numbers) -> set[str]:
    return {numbers.of("M", member) for member in moment.scene.settled["member_id"]}


def _learnt(moment: Moment, numbers: Numbers) -> Learnt:
    """Facts and messages; for an invoice no message about care, since none decides about premiums."""
    told, _ = learnt(moment.scene, numbers)
    if moment.paper.kind == "invoice":
        told = {table: rows for table, rows in told.items() if table not in OF_CARE}
    return {**told, "approvals": _approvals(moment.scene, numbers)}


def _approvals(scene: Scene, numbers: Numbers) -> list[Told]:
    rows = approvals_of(scene.connection, scene.question.point.facts)
    rows = rows.join(scene.facts.contracts, on="contract_id", how="semi")
    theirs = rows.join(scene.facts.members, on="member_id", how="semi").unique()
    return [
        {"contract": numbers.of("C", row["contract_id"]), "member": numbers.of("M", row["member_id"])}
        | {name: f"{row[name]:%Y-%m}" for name in ("from_month", "through_month")}
        for row in theirs.sort(theirs.columns).to_dicts()
    ]


def _news(first: Learnt, known: Learnt, settled: set[str]) -> Learnt:
    """What of ``known`` is not in ``first``; rows of ``first`` that are gone are withdrawn.

    settled: members whose messages are read; those of parked families are not, and stay as they are.
    """
    news: Learnt = {}
    gone: Learnt = {}
    for table, rows in known.items():
        before = {row.get("ref"): row for row in first.get(table, [])}
        unknown = [_anew(row, before.get(row.get("ref"))) for row in rows if row not in first.get(table, [])]
        left = before.keys() - {row.get("ref") for row in rows}
        lost = [ref for ref in before if ref in left and before[ref].get("member", "") in {"", *settled}]
        news |= {table: unknown} if unknown else {}
        gone |= {table: lost} if lost and table in WITHDRAWN else {}
    return {**news, "withdrawn": gone} if gone else news


def _anew(row: Told, before: Told | None) -> Told:
    """A row told again says too what it no longer has."""
    lost = [name for name in NEVER_SAID if before is not None and name in before and name not in row]
    return row | dict.fromkeys(lost)


def _credit(moments: list[Moment], numbers: Numbers) -> Learnt:
    """An opening balance: the credit that the contract had, less what the papers of the case themselves leave it."""
    paper = moments[-1].paper
    if paper.kind == "payout":
        return {}
    contract = paper.row["contract_id"]
    held = balances(moments[-1].scene.connection, [contract], paper.point.book - 1)
    cents = int(held["balance_cents"].sum()) - _left_by(moments[:-1])
    if not cents:
        return {}
    return {
        "opening_balances": [{"contract": numbers.of("C", contract), "credit": as_written("_cents", cents)}]
    }


def _left_by(moments: list[Moment]) -> int:
    """The credit in cents that the papers of the case themselves leave: of credit notes, as far as it is not used."""
    credit, settled = 0, nothing_settled()
    for each in moments:
        credit = max(0, credit - int(each.sums(settled)["amount_cents"].sum()))
        settled = each.after(settled)
    return credit


def _before(moment: Moment, news: Learnt, kinds: Kinds, after: date, published: Told) -> Told:
    """The step of an earlier paper: what was new, what was booked, and what it settled."""
    paper, scene = moment.paper, moment.scene
    dated = paper.row["issue_date"]
    step: Told = {"on": max(after, dated, scene.question.point.business_date, _received(news))}
    step |= ({"learn": news} if news else {}) | published
    return step | {"run": [_nightly(scene), _issued(paper, kinds, dated, pays_all=True)]}


def _itself(
    last: Moment, news: Learnt, numbers: Numbers, kinds: Kinds, after: date, published: Told
) -> Iterator[Told]:
    """What is new, its nightly run; then the paper, a small payout as long after as it may have to wait."""
    paper, scene = last.paper, last.scene
    booked = max(after, scene.question.point.business_date, _received(news))
    dated = paper.row["issue_date"]
    if paper.kind == "payout" and paper.row["total_cents"] < paper.point.minimum_cents:
        dated = max(dated, booked + timedelta(days=paper.point.max_days))
    step: Told = {"on": booked} | ({"learn": news} if news else {}) | published
    yield step | {"run": _nightly(scene)}
    expect = {f"{paper.kind}s": [_expected(paper, numbers, dated)], "further": "ignored"}
    yield {"on": max(booked, dated), "run": _issued(paper, kinds, dated), "expect": expect}


def _last_day(steps: list[Told]) -> date:
    return max((step["on"] for step in steps), default=date.min)


def _received(learn: Learnt) -> date:
    """The last day on which a message came: nothing is learnt before it."""
    return max((row["received"] for row in learn.get("documents", [])), default=date.min)


def _nightly(scene: Scene) -> Told:
    return {"nightly": {"business_date": scene.question.point.business_date}}


def _kinds(scenes: list[Scene]) -> Kinds:
    """The kind of each contract; one that nobody is on any more is told by what was known before."""
    return {
        contract: kind
        for scene in scenes
        for contract, kind in scene.facts.contracts.select("contract_id", "kind").iter_rows()
    }


def _issued(paper: Paper, kinds: Kinds, dated: date, pays_all: bool = False) -> Told:
    """The run that issues a paper. pays_all: a payout of any sum, for what a payout before it had settled."""
    if paper.kind == "payout":
        minimum = 0 if pays_all else paper.point.minimum_cents
        terms = {"minimum": as_written("_cents", minimum), "max_days": paper.point.max_days}
        return {"payouts": {**terms, "business_date": dated}}
    month = {"kind": kinds[paper.row["contract_id"]], "month": f"{paper.row['month']:%Y-%m}"}
    alone = {"only_month": True} if paper.point.only_month else {}
    return {"invoices": {**month, **alone, "business_date": dated}}


def _expected(paper: Paper, numbers: Numbers, dated: date) -> Told:
    row: Mapping[str, Any] = paper.row
    told = {"dated": dated, "currency": row["currency"], "total": as_written("_cents", row["total_cents"])}
    if paper.kind == "payout":
        letters = "M" if row["payee_kind"] == "member" else "DR"
        return {"payee": numbers.of(letters, row["payee_id"]), **told}
    sums = {
        "employer": "employer_cents",
        "tax": "tax_cents",
        "balance_used": "balance_used_cents",
        "due": "due_cents",
    }
    head = {
        "contract": numbers.of("C", row["contract_id"]),
        "kind": row["kind"],
        "month": f"{row['month']:%Y-%m}",
    }
    return {**head, **told, **{word: as_written(column, row[column]) for word, column in sums.items()}}


def _published(scene: Scene, version: str, scenes: list[Scene]) -> Told:
    """The rulebook of a nightly run, where it is another than ``version``, which is in force."""
    return {} if scene.rulebook.version == version else {"publish": [_rulebook(scene, scenes)]}


def _rulebook(scene: Scene, scenes: list[Scene]) -> Told:
    return {"rulebook": scene.rulebook.version, "frames": content_needed(scene, scenes)}
