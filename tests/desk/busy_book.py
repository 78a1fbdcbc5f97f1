"""A book in which something of everything happened, so that each page of the desk has something to show."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from avenant.desk.moments import link_text
from avenant.flows import nightly
from avenant.flows.instants import changes_about
from avenant.flows.keeping_checks import check_and_keep
from avenant.gateways.rulebook_files import shipped_folder
from avenant.rerun.isolation import isolation_here
from avenant.store.database import PARIS, Database
from avenant.store.readers.invoices import NUMBER
from tests.desk.test_home_runs_work import held, parked, undecided
from tests.flows.checked_books import corrupt

if TYPE_CHECKING:
    from django.test import Client

FRENCH = "-fr"
"""Each role has a second user, called like it with this ending, who reads French."""
WHY = "As the board decided on Monday"
QUERIES = {
    "member event": """SELECT m.ref, r.act_id FROM reimbursement AS r JOIN member AS m USING (member_id)
        WHERE r.version > 2 AND m.version = 1 ORDER BY r.entry_id LIMIT 1""",
    "line": """SELECT l.ref FROM reimbursement AS r JOIN care_line AS l ON l.line_id = r.act_id
        WHERE r.version > 2 AND l.version = 1 ORDER BY r.entry_id LIMIT 1""",
    "covered month": """SELECT m.ref, p.month FROM premium AS p JOIN member AS m USING (member_id)
        WHERE m.version = 1 AND m.role = 'primary' ORDER BY p.version DESC, p.entry_id LIMIT 1""",
    "contract invoice": f"""SELECT c.ref, {NUMBER} FROM invoice AS i JOIN contract AS c USING (contract_id)
        WHERE c.version = 1 AND c.kind = 'individual' AND i.number IS NOT NULL
        ORDER BY i.entries DESC, i.invoice_id DESC LIMIT 1""",
    "company company_invoice": f"""SELECT c.ref, {NUMBER} FROM invoice AS i JOIN contract AS c USING (contract_id)
        WHERE c.version = 1 AND c.kind = 'company' AND i.number IS NOT NULL
        ORDER BY i.entries DESC, i.invoice_id DESC LIMIT 1""",
    "payout": f"""SELECT {NUMBER} FROM payout AS i WHERE i.number IS NOT NULL AND i.payee_kind = 'member'
        ORDER BY i.entries DESC, 1 LIMIT 1""",
    "provider_payout": f"""SELECT {NUMBER} FROM payout AS i WHERE i.number IS NOT NULL
        AND i.payee_kind <> 'member' ORDER BY i.entries DESC, 1 LIMIT 1""",
    "run": "SELECT run_id FROM run WHERE kind = 'nightly' ORDER BY run_id LIMIT 1 OFFSET 20",
    "stopped": "SELECT max(run_id) FROM run WHERE kind = 'nightly'",
    "tax_entry": "SELECT entry_id FROM premium WHERE version = 1 AND amount_cents > 0 ORDER BY 1 LIMIT 1",
}
"""Names of what occurs -> a query for one of each."""


def made_busy(book: Database, admin_url: str, rulebooks: Path) -> dict[str, str]:
    """Have things wait, stop, be asked and be found wrong; names of what occurs, for the addresses of pages."""
    addresses = {"undecided_match": undecided(book)[0], "held_change": held(book)}
    parked(book)
    a_night_stops(book)
    things = found_in(book)
    entry = things["tax_entry"]
    corrupt(admin_url, f"UPDATE premium SET tax_cents = tax_cents + 1 WHERE entry_id = {entry}")
    check_and_keep(book, "demand")
    folders_below(rulebooks)
    things["case"] = a_case(things["member"])
    two_requests(things["stopped"])
    people()
    things |= begun(things)
    with book.connect() as connection:
        row = connection.execute("SELECT min(member_id) FROM member WHERE member_id = family_id").fetchone()
    changes = changes_about(book, "member", things["member"])
    return (
        things
        | {kind: where.rpartition("/")[2] for kind, where in addresses.items()}
        | {
            "parked_family": str(row[0] if row else ""),
            "month": things["month"][:7],
            "past": link_text(changes[len(changes) * 3 // 4].at),
            "begin": link_text(changes[0].at),
        }
    )


def found_in(book: Database) -> dict[str, str]:
    """One of each of QUERIES."""
    found: dict[str, str] = {}
    with book.connect() as connection:
        for keys, query in QUERIES.items():
            row = connection.execute(query).fetchone()
            assert row is not None, f"the book has no {keys}"
            found |= dict(zip(keys.split(), map(str, row), strict=True))
    return found


def a_night_stops(book: Database) -> None:
    """The breaker opens."""

    def too_many(*_: object) -> None:
        raise nightly.BreakerOpen("too many", 1_500, 2_000)

    with pytest.MonkeyPatch.context() as broken, pytest.raises(nightly.BreakerOpen):
        broken.setattr(nightly, "_run_chunks", too_many)
        nightly.run(book, book.now().astimezone(PARIS).date() + timedelta(days=1))


def folders_below(rulebooks: Path) -> None:
    """Two folders to publish from: one with a higher price, one that cannot be read."""
    for name, old, new in (("spring", "0-17: 13.40", "0-17: 14.40"), ("torn", "0-17: 13.40", "0-17: dear")):
        shutil.copytree(shipped_folder(), rulebooks / name)
        plan = rulebooks / name / "fr-individual.yaml"
        plan.write_text(plan.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def a_case(member: str) -> str:
    """Three cases, one of which has travelled; its number."""
    from avenant.desk.case_work import Question, moved_case, opened_case
    from avenant.desk.models import User

    care, operations = (User.objects.get(username=name) for name in ("care", "operations"))
    where = f"/members/{member}/care"
    note = "The member says that the glasses of March were paid twice and then taken back.\nWhich is right?"
    asked = Question(
        "Why was this paid and taken back?", "reimbursement", "operations", note, where, "Care", member
    )
    case = opened_case(care, asked)
    moved_case(case, operations, 1, "assigned", "", "operations")
    moved_case(case, operations, 2, "comment", "The return of the Sécu came late; I look at the second one.")
    closed = opened_case(care, Question("Cover since when?", "cover", "operations", note, where, "", member))
    moved_case(closed, operations, 1, "closed", "Since the first of July.")
    back = opened_case(care, Question("An invoice in two parts", "invoice", "operations", note, "", "", ""))
    moved_case(back, operations, 1, "sent_back", "Two months are on it; the lines say which.")
    return str(case.pk)


def two_requests(run: str) -> None:
    """A rulebook and a stopped night that wait for a second person, and a request that was refused."""
    from django.utils import timezone

    from avenant.desk.models import TwoPersonRequest
    from avenant.desk.two_persons import ask

    ask("override", run, WHY, "ana")
    ask("publish", "spring@0f3a", WHY, "administrator")
    TwoPersonRequest.objects.create(
        kind="publish", what="shipped@77ab", reason=WHY, asked_by="ana", state="refused"
    )
    TwoPersonRequest.objects.filter(state="refused").update(
        decided_by="administrator", decided_at=timezone.now()
    )


def begun(things: dict[str, str]) -> dict[str, str]:
    """A run of an act again, one as if it had cost 1 €, and a preview: their numbers; none without isolation."""
    if not isolation_here().is_complete:
        return {}
    engineer = signed_in("engineering")
    again = {"when": "own", "reason": WHY, "subject": f"act:{things['event']}"}
    as_if = {"change_table": "care_line", "change_ref": things["line"], "change_column": "charged_cents"}
    numbers = {
        "rerun": _begun(engineer, "/rerun/start", again),
        "rerun_changed": _begun(engineer, "/rerun/start", again | as_if | {"change_value": "100"}),
        "preview": _begun(engineer, "/previews/start", {"rulebook": "spring", "day": "", "reason": WHY}),
    }
    for name in ("rerun", "rerun_changed"):
        _wait(lambda name=name: b"hx-get" not in engineer.get(f"/reruns/{numbers[name]}/verdict").content)
    _wait(lambda: "HX-Refresh" in engineer.get(f"/previews/{numbers['preview']}/progress"))
    return numbers


def _begun(client: Client, where: str, form: dict[str, str]) -> str:
    answer = client.post(where, form)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return str(answer["Location"]).rpartition("/")[2]


def _wait(ended: Callable[[], bool], seconds: float = 90) -> None:
    give_up_at = time.monotonic() + seconds
    while not ended():
        assert time.monotonic() < give_up_at
        time.sleep(0.2)


def people() -> None:
    """Each role once more, in French; the auditor has a second factor."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from avenant.desk.models import User
    from avenant.desk.roles import ROLES

    for role in ROLES:
        User.objects.create(username=role + FRENCH, role=role, language="fr")
    for name in ("auditor", "auditor" + FRENCH):
        auditor = User.objects.get(username=name)
        TOTP.activate(auditor, generate_totp_secret())
        RecoveryCodes.activate(auditor)


def signed_in(username: str) -> Client:
    """Somebody who has just typed their password."""
    from allauth.account.internal.flows import login
    from django.test import Client

    from avenant.desk.models import User

    client, user = Client(raise_request_exception=False), User.objects.get(username=username)
    client.force_login(user)
    session = client.session
    typed = {"method": "password", "at": time.time(), "username": username, "reauthenticated": True}
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [typed]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = login.user_id_to_str(user)
    session.save()
    return client
