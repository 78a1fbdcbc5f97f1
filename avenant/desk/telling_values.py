"""From what was typed to values, every field judged; and the seal by which what was previewed is what is saved.

A seal holds the very news that was previewed, its revision, and a digest of what was typed: a second click saves the
same facts under the same numbers, which is nothing new; and what was changed after the preview is noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from avenant.core.frames.news import News
from avenant.core.frames.news_rows import news_of, rows_of
from avenant.desk.context import Desk, PageRefused
from avenant.desk.forms import cents_asked, day_asked
from avenant.desk.telling_choices import Choices
from avenant.desk.telling_forms import Field, Form
from avenant.desk.words import say

SALT: Final = "avenant.desk.telling"
SEAL_SECONDS: Final = 4 * 3600
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
RATE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?")


@dataclass(frozen=True, slots=True)
class Entered:
    """typed: each field as text; values: what it means; wrong: sentences by field; missing: needed and empty."""

    typed: dict[str, str]
    values: dict[str, Any]
    wrong: dict[str, str]
    missing: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether there is something to preview."""
        return not self.wrong and not self.missing


def typed_in(form: Form, sent: Mapping[str, str]) -> dict[str, str]:
    """What was typed into each field, without what cannot be printed."""
    return {one.name: clean(sent.get(one.name, "")) for one in form.fields}


def clean(text: str) -> str:
    """Text as a person types it: without control characters and spaces around."""
    return UNPRINTABLE.sub(" ", text).strip()


def entered(desk: Desk, form: Form, typed: dict[str, str], choices: Mapping[str, Choices]) -> Entered:
    """Judge each field of ``form``."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for one in form.fields:
        try:
            values[one.name] = _value(desk, one, typed[one.name], choices.get(one.name, []))
        except PageRefused as refused:
            wrong[one.name] = str(refused)
    empty = (None, "")
    missing = tuple(one.name for one in form.fields if one.needed and values.get(one.name, 0) in empty)
    return Entered(typed, values, wrong, missing)


def _value(desk: Desk, one: Field, typed: str, choices: Choices) -> Any:
    if len(typed) > one.longest:
        raise PageRefused(say(desk.language, "form.too_long", count=one.longest))
    match one.kind:
        case "day":
            return _day(desk, typed)
        case "money":
            return cents_asked(desk, typed)
        case "rate":
            return _rate(desk, typed)
        case "count":
            return _count(desk, typed)
        case "tick":
            return bool(typed)
        case "choice" if typed and typed not in {value for value, _ in choices}:
            raise PageRefused(say(desk.language, "form.unknown_choice", seen=typed[:40]))
    return typed or None


def _day(desk: Desk, typed: str) -> date | None:
    day = day_asked(desk, typed)
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise PageRefused(say(desk.language, "tell.day_far"))
    return day


def _rate(desk: Desk, typed: str) -> int | None:
    if not typed:
        return None
    found = RATE.fullmatch(typed)
    ppm = int(found[1]) * 10_000 + int((found[2] or "0").ljust(2, "0")) * 100 if found else -1
    if not 0 <= ppm <= 1_000_000:
        raise PageRefused(say(desk.language, "tell.rate_wrong", seen=typed[:20]))
    return ppm


def _count(desk: Desk, typed: str) -> int | None:
    if not typed:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", typed) or int(typed) == 0:
        raise PageRefused(say(desk.language, "tell.count_wrong", seen=typed[:20]))
    return int(typed)


@dataclass(frozen=True, slots=True)
class Seal:
    """What was previewed: the news, at which revision, and a digest of what was typed."""

    news: News
    rev: int
    digest: str

    def holds(self, typed: Mapping[str, str]) -> bool:
        """Whether nothing was typed since."""
        return constant_time_compare(self.digest, digest(typed))


def sealed(desk: Desk, form: Form, typed: Mapping[str, str], news: News, rev: int) -> str:
    """The text a form carries from its preview to its saving."""
    seen = {"what": form.what, "by": desk.user.pk, "rev": rev, "of": digest(typed), "news": rows_of(news)}
    return signing.dumps(seen, salt=SALT, compress=True)


def unsealed(desk: Desk, form: Form, text: str) -> Seal | None:
    """What the seal holds; None when it is too old, of another form or person, or no seal at all."""
    try:
        seen = signing.loads(text, salt=SALT, max_age=SEAL_SECONDS)
    except signing.BadSignature:
        return None
    if (seen["what"], seen["by"]) != (form.what, desk.user.pk):
        return None
    return Seal(news_of(seen["news"]), seen["rev"], seen["of"])


def digest(typed: Mapping[str, str]) -> str:
    """A keyed digest of what was typed."""
    return salted_hmac(SALT, json.dumps(dict(typed), sort_keys=True)).hexdigest()
