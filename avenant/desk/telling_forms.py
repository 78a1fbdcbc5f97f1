"""The forms of what can be told: their fields, and how what was typed becomes news.

FORMS["departure"].news(db, family, {"enrolment": "E0000017", "last_day": date(2026, 3, 14), "with_family": True})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import polars as pl

from avenant.core.frames.news import News
from avenant.flows import telling, telling_care
from avenant.flows.tellable import FamilyTold
from avenant.store.database import Database

Values = Mapping[str, Any]
Builder = Callable[[Database, FamilyTold, Values], News]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. kind: day, money, rate, count, text, tick, choice. of: which choices (of telling_choices)."""

    name: str
    kind: str
    of: str = ""
    needed: bool = True
    extra: bool = False
    longest: int = 100


@dataclass(frozen=True, slots=True)
class Form:
    """One thing that can be told. columns: fields of this form by the columns of news that problems name."""

    what: str
    fields: tuple[Field, ...]
    news: Builder
    columns: Mapping[str, str] = field(default_factory=dict)


def _level(values: Values) -> dict[str, Any]:
    """The plan and level of one choice; nothing chosen: none."""
    plan, _, level = (values["cover"] or "").partition("|")
    return {"plan": plan or None, "level": level or None}


def _late_start(db: Database, family: FamilyTold, values: Values) -> News:
    names = ("contract", "member", "first_day", "last_day", "basis")
    return telling.late_start(db, **{name: values[name] for name in names}, **_level(values))


def _changed_start(db: Database, family: FamilyTold, values: Values) -> News:
    return telling.changed_start(db, values["enrolment"], values["first_day"])


def _departure(db: Database, family: FamilyTold, values: Values) -> News:
    return telling.departure(db, values["enrolment"], values["last_day"], values["with_family"])


def _new_dependant(db: Database, family: FamilyTold, values: Values) -> News:
    names = ("contract", "role", "birth_date", "first_day")
    told = telling.new_dependant(
        db, primary=family.primary, **{name: values[name] for name in names}, **_level(values)
    )
    if not values["name"]:
        return told
    name = {"member_ref": told.members["ref"], "kind": "name", "value": values["name"]}
    return replace(told, people=pl.DataFrame(name, schema=told.people.schema))


def _birth_date(db: Database, family: FamilyTold, values: Values) -> News:
    return telling.corrected_birth_date(db, values["member"], values["birth_date"])


def _changed_plan(db: Database, family: FamilyTold, values: Values) -> News:
    names = ("enrolment", "first_day", "basis")
    return telling.changed_plan(db, **{name: values[name] for name in names}, **_level(values))


def _withdrawal(db: Database, family: FamilyTold, values: Values) -> News:
    table, _, ref = values["fact"].partition("|")
    return telling.withdrawal(db, table, ref)


def _document(db: Database, family: FamilyTold, values: Values) -> News:
    head = {"member_ref": values["member"], "currency": family.currency} | {
        name: values[name] for name in ("kind", "payer", "received_on", "paid_on")
    }
    head["payer_rank"] = int(values["payer_rank"]) if values["payer_rank"] else None
    if values["kind"] == "secu_return" and not head["payer"]:
        head["payer"] = "amo"
    numbers = {"sector": int(values["sector"]) if values["sector"] else None, "rate_ppm": values["rate"]}
    names = ("act_code", "care_from", "care_last_day", "quantity", "exemption", "care_path")
    line = {name: values[name] for name in (*names, "provider_ref", "basket", "payee")}
    amounts = {f"{name}_cents": values[name] for name in AMOUNTS}
    return telling_care.document(db, head, line | numbers | amounts)


def _cancellation(db: Database, family: FamilyTold, values: Values) -> News:
    return telling_care.cancellation(db, values["line"], values["received_on"])


def _exception(db: Database, family: FamilyTold, values: Values) -> News:
    return telling_care.answered(
        db, "exception", values["line"], amount_cents=values["amount"], reason=values["why"]
    )


def _approval(db: Database, family: FamilyTold, values: Values) -> News:
    contract, _, member = values["held"].partition("|")
    return telling.approval(db, contract, member)


def _more(name: str, kind: str, of: str = "") -> Field:
    """A field that most documents do not need."""
    return Field(name, kind, of, needed=False, extra=True)


AMOUNTS: Final = ("charged", "base", "secu", "retention", "others", "asked")
ENROLMENT: Final = {
    "valid_from": "first_day",
    "last_day": "last_day",
    "plan": "cover",
    "level": "cover",
    "basis": "basis",
    "contract_ref": "contract",
    "member_ref": "member",
    "birth_date": "birth_date",
}
FIRST_DAY, LAST_DAY = Field("first_day", "day"), Field("last_day", "day")
BIRTH_DATE, RECEIVED_ON = Field("birth_date", "day"), Field("received_on", "day")
MEMBER, CONTRACT = Field("member", "choice", "members"), Field("contract", "choice", "contracts")
COVER, LINE = Field("enrolment", "choice", "covers"), Field("line", "choice", "lines")
LEVEL, BASIS = Field("cover", "choice", "levels"), Field("basis", "choice", "bases")
DOCUMENT: Final = (
    *(MEMBER, Field("kind", "choice", "kinds"), RECEIVED_ON, Field("act_code", "text", "acts", longest=40)),
    *(Field("care_from", "day"), Field("charged", "money"), Field("base", "money", needed=False)),
    *(Field("rate", "rate", needed=False), Field("secu", "money", needed=False)),
    *(Field("retention", "money", needed=False), Field("provider_ref", "text", needed=False)),
    Field("care_path", "choice", "care_paths", needed=False),
    *(_more("care_last_day", "day"), _more("quantity", "count"), _more("others", "money")),
    *(_more("asked", "money"), _more("payee", "choice", "payees"), _more("paid_on", "day")),
    *(_more("payer", "text"), _more("payer_rank", "choice", "ranks")),
    *(_more("exemption", "choice", "exemptions"), _more("sector", "choice", "sectors")),
    _more("basket", "choice", "baskets"),
)  # fmt: skip
DOCUMENT_COLUMNS: Final = {"rate_ppm": "rate", "member_ref": "member"} | {
    f"{one}_cents": one for one in AMOUNTS
}

FORMS: Final[dict[str, Form]] = {
    form.what: form
    for form in (
        Form(
            "late-start",
            (MEMBER, CONTRACT, LEVEL, FIRST_DAY, replace(LAST_DAY, needed=False), BASIS),
            _late_start,
            ENROLMENT,
        ),
        Form("changed-start", (COVER, FIRST_DAY), _changed_start, ENROLMENT),
        Form("departure", (COVER, LAST_DAY, Field("with_family", "tick")), _departure, ENROLMENT),
        Form(
            "new-dependant",
            (
                *(Field("role", "choice", "roles"), Field("name", "text", needed=False, longest=200)),
                *(BIRTH_DATE, CONTRACT, FIRST_DAY, replace(LEVEL, needed=False)),
            ),
            _new_dependant,
            ENROLMENT,
        ),
        Form("birth-date", (MEMBER, BIRTH_DATE), _birth_date, ENROLMENT | {"valid_from": "birth_date"}),
        Form(
            "changed-plan",
            (COVER, FIRST_DAY, LEVEL, replace(BASIS, needed=False)),
            _changed_plan,
            ENROLMENT | {"last_day": "first_day"},
        ),
        Form("withdrawal", (Field("fact", "choice", "facts"),), _withdrawal),
        Form("document", DOCUMENT, _document, DOCUMENT_COLUMNS),
        Form("cancellation", (LINE, RECEIVED_ON), _cancellation),
        Form(
            "exception",
            (LINE, Field("amount", "money", needed=False), Field("why", "text", longest=300)),
            _exception,
            {"amount_cents": "amount", "reason": "why", "line_ref": "line"},
        ),
        Form("approval", (Field("held", "choice", "held"),), _approval),
    )
}
REFUSED: Final = {"plan": "cover", "level": "cover", "ref": "fact", "reason": "why"}
"""Fields of CannotTell that these forms call otherwise."""


def place_of(form: Form, name: str) -> str:
    """The field of ``form`` that a refusal or problem about ``name`` belongs to; '' where it has none."""
    here = {one.name for one in form.fields}
    candidates = (form.columns.get(name, ""), REFUSED.get(name, ""), name, name.removesuffix("_cents"))
    return next((one for one in candidates if one in here), "")
