"""Code that shows a person everywhere a trace looks: arguments, results, tables, logs, exceptions, lines, verdict.

What it shows is coded here, so that its own source does not hold it. Executed in the sandbox; the tests import it.
"""

from __future__ import annotations

import logging
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import polars as pl

from avenant.flows.reruns.child import main
from avenant.flows.reruns.scene import Scene
from avenant.flows.reruns.verdicts import Differs, Verdict
from avenant.flows.stages import Stage, declare

CODED = ("Wm/DqSBDYW5hcmktTGVmw6h2cmU=", "RlI3NjMwMDA2MDAwMDExMjM0NTY3ODkwMTg5", "cmFuZyBhbmQgd2FzIHVwc2V0")
"""A name, a bank account, a note."""
log = logging.getLogger("avenant.leaking")


def shown(coded: str) -> str:
    return b64decode(coded).decode()


@dataclass(frozen=True)
class Person:
    """Somebody, with everything that nobody else should read."""

    name: str
    iban: str
    note: str


def person() -> Person:
    return Person(*map(shown, CODED))


def people(scene: Scene) -> tuple[Person, pl.DataFrame, dict[str, Any]]:
    who = person()
    rows = pl.DataFrame(
        {"name": [who.name], "iban": [who.iban], "note": [who.note], "both": [[who.name, who.iban]]}
    )
    return (
        who,
        rows,
        {who.name: {who.iban: who.note}, "reason": who.note, "pair": (who.name, who.iban.encode())},
    )


def leak(who: Person, rows: pl.DataFrame, told: dict[str, Any]) -> dict[str, Any]:
    log.warning("told of %s: %s", who.name, {"note": who.note})
    log.error(f"told of {who.name} {who.iban}")
    whole = f"{who.name}, {who.iban}: {who.note}"
    try:
        refused(who.name, who)
    except ValueError as error:
        log.exception("again: %s", error)
    return {
        "whole": whole,
        who.name: rows.with_columns(whole=pl.lit(whole)),
        "told": told,
        "again": listed(who),
    }


def refused(name: str, who: Person) -> None:
    raise ValueError(f"no price for {name} with {who.iban}: {who.note}")


def listed(who: Person) -> list[str]:
    return [who.name, who.iban, *who.note.split()]


def differs(scene: Scene, answer: dict[str, Any]) -> Verdict:
    who = person()
    wrong = Differs("person", (("name", who.name),), "iban", who.iban, who.note)
    return Verdict(1, (wrong,), (f"left out: {who.name}",))


def leak_and_fail(who: Person, rows: pl.DataFrame, told: dict[str, Any]) -> None:
    print(who.name, who.iban, who.note)
    refused(who.name, who)


declare(Stage("leak.everywhere", ("member",), people, leak, differs, modules=("__main__", "leaking")))
declare(Stage("leak.failing", ("member",), people, leak_and_fail, modules=("__main__", "leaking")))

if __name__ == "__main__":
    main()
