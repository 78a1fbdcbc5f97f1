"""What people do with cases: open, comment, move up or back, assign, close; statistics of what reaches which level.

A step names the edition of the case it was made on; when somebody else was quicker it is refused and the second
person sees what the first did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Count, F
from django.utils import timezone

from avenant.desk.models import Case, CaseStep, User
from avenant.desk.models.cases import LEVELS

KINDS = ("reimbursement", "premium", "invoice", "payout", "cover", "document", "data", "other")
MOVES = ("comment", "escalated", "sent_back", "assigned", "closed", "reopened")
ONE_CLICK = timedelta(minutes=1)
LEVEL_OF_ROLE = {"engineering": "engineering", "operations": "operations", "administrator": "operations"}


class Overtaken(ValueError):
    """Somebody else worked on the case since the page was opened."""


class NoSuchMove(ValueError):
    """The case cannot be moved that way from where it stands."""


@dataclass(frozen=True, slots=True)
class Question:
    """A new case as somebody asks it."""

    title: str
    kind: str
    level: str
    note: str
    path: str
    page_title: str
    member_ref: str


def opened_case(by: User, asked: Question) -> Case:
    """Open a case at a level with its first note and link; a second click on the same form opens no second one."""
    with transaction.atomic():
        if (same := _just_opened(by, asked)) is not None:
            return same
        case = Case.objects.create(
            title=asked.title,
            kind=asked.kind,
            level=asked.level,
            opened_by=by.username,
            member_ref=asked.member_ref,
        )
        CaseStep.objects.create(
            case=case,
            by=by.username,
            step="opened",
            note=asked.note,
            path=asked.path,
            page_title=asked.page_title,
            from_level=LEVEL_OF_ROLE.get(by.role, "care"),
            to_level=asked.level,
        )
    return case


def _just_opened(by: User, asked: Question) -> Case | None:
    """The case that this person opened with the very same words a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('opened case'), %s)", [by.pk])
    lately = Case.objects.filter(opened_by=by.username, opened_at__gt=timezone.now() - ONE_CLICK)
    first = CaseStep.objects.filter(
        case__in=lately, step="opened", note=asked.note, path=asked.path, case__title=asked.title
    )
    found = first.filter(case__kind=asked.kind, to_level=asked.level).select_related("case").first()
    return found.case if found else None


def linked(case: Case, by: User, note: str, path: str, page_title: str) -> None:
    """Add a page, as it was known at its instant, to a case."""
    with transaction.atomic():
        _next_edition(case, case.edition)
        CaseStep.objects.create(
            case=case, by=by.username, step="link", note=note, path=path, page_title=page_title
        )


def moved_case(case: Case, by: User, edition: int, move: str, note: str, assignee: str = "") -> None:
    """Do one step with a case. Errors: Overtaken, NoSuchMove."""
    before = case.level
    values = _after(case, by, move, assignee)
    with transaction.atomic():
        _next_edition(case, edition, **values)
        CaseStep.objects.create(
            case=case,
            by=by.username,
            step=move,
            note=note or None,
            from_level=before,
            to_level=values.get("level", before),
        )


def _after(case: Case, by: User, move: str, assignee: str) -> dict[str, str]:
    place = LEVELS.index(case.level)
    match move:
        case "comment":
            return {}
        case "assigned":
            return {"assignee": assignee or by.username}
        case "escalated" if case.state == "open" and place < len(LEVELS) - 1:
            return {"level": LEVELS[place + 1], "assignee": ""}
        case "sent_back" if case.state == "open" and place > 0:
            back = LEVELS[place - 1]
            asker = User.objects.filter(username=case.opened_by).first()
            to_asker = asker is not None and LEVEL_OF_ROLE.get(asker.role, "care") == back
            return {"level": back, "assignee": case.opened_by if to_asker else "", "state": "open"}
        case "closed" if case.state == "open":
            return {"state": "closed"}
        case "reopened" if case.state != "open":
            return {"state": "open"}
    raise NoSuchMove(move)


def _next_edition(case: Case, edition: int, **values: str) -> None:
    changed = Case.objects.filter(pk=case.pk, edition=edition).update(
        edition=F("edition") + 1, changed_at=timezone.now(), **values
    )
    if not changed:
        raise Overtaken(f"case {case.pk} is beyond edition {edition}")


@dataclass(frozen=True, slots=True)
class Reached:
    """How many questions of a kind were opened, and how many of them reached operations and engineering."""

    kind: str
    opened: int
    operations: int
    engineering: int
    open_now: int


def statistics() -> list[Reached]:
    """Per kind of question, the most frequent first."""
    opened = dict(Case.objects.values_list("kind").annotate(count=Count("id")))
    still = dict(Case.objects.filter(state="open").values_list("kind").annotate(count=Count("id")))

    def reaching(level: str) -> dict[str, int]:
        steps = CaseStep.objects.filter(to_level=level).values_list("case__kind")
        return dict(steps.annotate(count=Count("case_id", distinct=True)))

    operations, engineering = reaching("operations"), reaching("engineering")
    found = [
        Reached(kind, count, operations.get(kind, 0), engineering.get(kind, 0), still.get(kind, 0))
        for kind, count in opened.items()
    ]
    return sorted(found, key=lambda one: (-one.opened, one.kind))
