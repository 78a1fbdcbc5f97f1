"""Each rule has a mutant that a case file kills: break one line of the source, play the case, see it fail.

A mutant is a piece of source text and what replaces it. The text must occur exactly once in its module, so that
a mutant follows the rule it breaks. A mutant that survives means a rule that no case file holds in place.
"""

import importlib
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

import psycopg
import pytest

from avenant.flows.cases import played_case, scratch_book
from avenant.gateways.case_files import read_case_file
from avenant.store.setup import Server

CASES = Path(__file__).parent.parent.parent / "cases"


@dataclass(frozen=True, slots=True)
class Mutant:
    """``text`` of ``module`` becomes ``broken``; the case file ``killer`` must notice."""

    rule: str
    module: str
    text: str
    broken: str
    killer: str


PREMIUMS = "avenant.core.premiums"
MUTANTS = [
    Mutant(
        "age by calendar year",
        f"{PREMIUMS}.ages",
        ".dt.year() * 12)",
        ".dt.year() * 12 + 6)",
        "04-ages/calendar-year",
    ),
    Mutant(
        "age by last birthday",
        f"{PREMIUMS}.ages",
        ".dt.day() > 1)",
        ".dt.day() > 31)",
        "04-ages/last-birthday",
    ),
    Mutant(
        "age at the plan year's start",
        f"{PREMIUMS}.ages",
        ".then(next_plan_year)",
        ".then(next_first)",
        "04-ages/plan-year",
    ),
    Mutant(
        "no age below zero", f"{PREMIUMS}.ages", ".clip(lower_bound=0)", ".abs()", "04-ages/newborn-is-zero"
    ),
    Mutant(
        "children rank by birth date",
        f"{PREMIUMS}.segments",
        '"from_day", "birth_date", "member_ref")',
        '"from_day", "member_ref", "birth_date")',
        "03-families-and-children/older-child-joins-late",
    ),
    Mutant(
        "twins rank by number",
        f"{PREMIUMS}.segments",
        '"birth_date", "member_ref")',
        '"birth_date", "member_ref", descending=[False] * 5 + [True])',
        "03-families-and-children/twins",
    ),
    Mutant(
        "ranks follow the days",
        f"{PREMIUMS}.segments",
        "cut=(child.sum() > 1)",
        "cut=(child.sum() > 99)",
        "03-families-and-children/next-child-pays-from-the-15th",
    ),
    Mutant(
        "families rank apart",
        f"{PREMIUMS}.segments",
        'pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over(*GROUP, "from_day")',
        'pl.int_range(1, pl.len() + 1, dtype=pl.Int16).over("contract_id", "from_day")',
        "03-families-and-children/families-rank-apart",
    ),
    Mutant(
        "grown-up children are not ranked",
        f"{PREMIUMS}.segments",
        '(pl.col("from_day") < pl.col("limit_day"))',
        "pl.lit(True)",
        "03-families-and-children/child-turns-21",
    ),
    Mutant(
        "children under portability take no rank",
        f"{PREMIUMS}.segments",
        '& (pl.col("basis") == "active")\n        & (',
        "& (",
        "10-portability/children-under-portability",
    ),
    Mutant(
        "how many children pay",
        f"{PREMIUMS}.slotting",
        '.when(pl.col("child_rank") > pl.col("paying_children"))',
        '.when(pl.col("child_rank") >= pl.col("paying_children"))',
        "03-families-and-children/three-oldest-under-21",
    ),
    Mutant(
        "portability is free",
        f"{PREMIUMS}.slotting",
        '.when(pl.col("basis") == "portability")',
        '.when(pl.col("basis") == "nothing")',
        "10-portability/free-months-after-leaving",
    ),
    Mutant(
        "duo is two people",
        f"{PREMIUMS}.slotting",
        '.when(pl.col("heads") == 2)',
        '.when(pl.col("heads") >= 2)',
        "08-family-prices/isole-duo-famille",
    ),
    Mutant(
        "the family price stands on the primary",
        f"{PREMIUMS}.slotting",
        'pl.when((pl.col("structure") == "family") & (pl.col("role") != "primary"))',
        "pl.when(pl.lit(False))",
        "08-family-prices/isole-duo-famille",
    ),
    Mutant(
        "a family price needs its primary",
        f"{PREMIUMS}.slotting",
        "return pl.concat([unknown, orphans])",
        "return unknown",
        "16-parking/dependant-without-covered-primary",
    ),
    Mutant(
        "the days of a slot add up",
        f"{PREMIUMS}.monthly",
        'pl.col("covered_days").sum()',
        'pl.col("covered_days").max()',
        "07-proration/leaving-and-rejoining",
    ),
    Mutant(
        "whole month if covered on the first",
        f"{PREMIUMS}.monthly",
        'pl.when(pl.col("from_day") == 0)',
        'pl.when(pl.col("from_day") <= 14)',
        "07-proration/whole-month-if-covered-on-the-first",
    ),
    Mutant(
        "the month of departure is due",
        f"{PREMIUMS}.monthly",
        '.then(pl.col("covered_days") + rest)',
        '.then("covered_days")',
        "07-proration/month-of-departure-due",
    ),
    Mutant(
        "a gap is not due",
        f"{PREMIUMS}.monthly",
        '.then(pl.col("covered_days") + rest)',
        '.then(month_days - pl.col("from_day"))',
        "07-proration/departure-month-with-a-gap",
    ),
    Mutant(
        "days are counted, not nights",
        f"{PREMIUMS}.monthly",
        'covered_days=parts["to_day"] - parts["from_day"]',
        'covered_days=(parts["to_day"] - parts["from_day"] - 1).clip(1)',
        "07-proration/by-days",
    ),
    Mutant(
        "half a cent goes up",
        "avenant.core.money",
        "size = (numerator.abs() + denominator // 2) // denominator",
        "size = numerator.abs() // denominator",
        "07-proration/half-a-cent",
    ),
    Mutant(
        "a tax on top is added",
        f"{PREMIUMS}.pricing",
        'pl.when(added).then("tax_cents").otherwise(0)',
        "0",
        "09-employer-and-taxes/tax-added",
    ),
    Mutant(
        "a tax inside is taken out of the amount",
        f"{PREMIUMS}.pricing",
        '.otherwise(pl.col("net") - without_tax)',
        ".otherwise(tax_on_top)",
        "09-employer-and-taxes/tax-included",
    ),
    Mutant(
        "the employer's share",
        f"{PREMIUMS}.pricing",
        'pl.col("amount_cents") * pl.col("employer_ppm")',
        'pl.col("net") * pl.col("employer_ppm")',
        "09-employer-and-taxes/share-of-the-taxed-amount",
    ),
    Mutant(
        "the price of the month",
        f"{PREMIUMS}.pricing",
        'month = pl.col("month") - calendar.first',
        'month = (pl.col("month") - calendar.first - 1).clip(lower_bound=0)',
        "05-prices/price-change-on-1-january",
    ),
    Mutant(
        "the ceiling moves in January",
        "avenant.core.rulebook.grid",
        'ceiling_cents=pl.col("value")',
        'ceiling_cents=pl.col("value").min()',
        "06-pmss/percent-of-pmss",
    ),
    Mutant(
        "one price for each age",
        f"{PREMIUMS}.pricing",
        'age = pl.col("age").clip(upper_bound=AGES - 1)',
        "age = pl.lit(30)",
        "05-prices/age-curve",
    ),
    Mutant(
        "nobody is covered before birth",
        f"{PREMIUMS}.coverage",
        'last = pl.col("valid_from").dt.offset_by(pl.col("portability_max_months").cast(pl.String) + "mo")',
        'last = pl.col("valid_from").dt.offset_by("90y")',
        "10-portability/too-long",
    ),
    Mutant(
        "what changed is cancelled",
        "avenant.core.book.diff",
        'entries = pl.concat([cancels, charges], how="vertical_relaxed")',
        "entries = charges",
        "02-late-news/departure-learnt-after-two-invoices",
    ),
    Mutant(
        "an explanation is a difference too",
        "avenant.core.book.diff",
        "for name in book.values)\n    return",
        "for name in book.amounts)\n    return",
        "02-late-news/only-the-explanation-changes",
    ),
    Mutant(
        "what is held waits",
        "avenant.core.book.hold",
        '(pl.col("month") < floor)',
        "pl.lit(False)",
        "14-retroactivity/too-far-back-is-held",
    ),
    Mutant(
        "an approval names its months",
        "avenant.core.book.hold",
        '.filter(pl.col("month").is_between("from_month", "through_month"))',
        "",
        "14-retroactivity/approved-in-part",
    ),
    Mutant(
        "credit is used",
        "avenant.core.book.settle",
        'pl.min_horizontal(total, pl.col("balance_cents").clip(lower_bound=0))',
        "0",
        "11-invoices/credit-note-and-its-use",
    ),
    Mutant(
        "zero has no number",
        "avenant.core.book.settle",
        "number=pl.when(total != 0).then((total != 0)",
        "number=pl.when(total != -1).then((total != -1)",
        "11-invoices/zero-total",
    ),
    Mutant(
        "only the month that was asked for",
        "avenant.store.readers.settling",
        'compare = "=" if only_month else "<="',
        'compare = "<="',
        "11-invoices/re-invoicing-one-month",
    ),
    Mutant(
        "later months stay open",
        "avenant.store.readers.settling",
        'compare = "=" if only_month else "<="',
        'compare = ">="',
        "11-invoices/later-months-stay-open",
    ),
    Mutant(
        "arrears wait for the month's end",
        "avenant.flows.invoicing",
        'return month if cycle == "advance" else month_end(month)',
        "return month",
        "01-billing-cycles/too-early-for-companies",
    ),
    Mutant(
        "a parked family is left out",
        "avenant.store.readers.settling",
        'if without_families else ""',
        'if False else ""',
        "16-parking/parked-family-keeps-its-book",
    ),
    Mutant(
        "born on 29 February",
        f"{PREMIUMS}.ages",
        ".dt.day() > 1)",
        ".dt.day() > 29)",
        "04-ages/born-on-29-february-last-birthday",
    ),
    Mutant(
        "a birthday at the age limit cuts the month before it from the month after",
        f"{PREMIUMS}.segments",
        '("from_day", "to_day", "limit_day")]',
        '("from_day", "to_day")]',
        "03-families-and-children/child-turns-21",
    ),
    Mutant(
        "a row shows the lower of its ranks",
        f"{PREMIUMS}.monthly",
        'pl.col("child_rank").min()',
        'pl.col("child_rank").max()',
        "03-families-and-children/rank-changes-within-a-month",
    ),
    Mutant(
        "a change of level is no departure",
        f"{PREMIUMS}.monthly",
        'pl.col("to_day").max().over("contract_id", "member_id", "month")',
        'pl.col("to_day")',
        "07-proration/plan-change-is-no-departure",
    ),
    Mutant(
        "a family price has no ranks",
        f"{PREMIUMS}.slotting",
        ".then(0)",
        '.then("child_rank")',
        "08-family-prices/isole-duo-famille",
    ),
    Mutant(
        "portability shows the price it saves",
        f"{PREMIUMS}.slotting",
        '.is_in(["pays", "portability"])',
        '.is_in(["pays"])',
        "10-portability/free-months-after-leaving",
    ),
    Mutant(
        "the limit itself is within it",
        "avenant.core.book.hold",
        '(pl.col("month") < floor)',
        '(pl.col("month") <= floor)',
        "14-retroactivity/within-the-limit",
    ),
    Mutant(
        "a contract new to the book is booked from its start",
        "avenant.flows.nightly_waiting",
        'pl.col("held") & pl.col("contract_id").is_in(opened)',
        'pl.col("held")',
        "14-retroactivity/late-employee-beyond-the-limit",
    ),
    Mutant(
        "a parked family keeps its book",
        "avenant.flows.nightly_chunk",
        'members.join(expected.parked, on="family_id", how="anti")',
        "members",
        "16-parking/parked-family-keeps-its-book",
    ),
    Mutant(
        "what settles at zero leaves no gap",
        "avenant.core.book.settle",
        "(total != 0).cum_sum()",
        "pl.int_range(1, pl.len() + 1)",
        "11-invoices/zero-total-leaves-no-gap",
    ),
    Mutant(
        "the month of the business date is the last",
        "avenant.flows.nightly",
        "horizon = business_date.replace(day=1)",
        "horizon = (business_date.replace(day=28) + timedelta(days=9)).replace(day=1)",
        "01-billing-cycles/individual-on-the-first",
    ),
]


def functions_of(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """The functions and methods written in a module, by qualified name."""
    for value in vars(module).values():
        members = vars(value).values() if inspect.isclass(value) else [value]
        for member in members:
            if isinstance(member, FunctionType) and member.__module__ == module.__name__:
                yield member.__qualname__, member


@contextmanager
def broken(mutant: Mutant) -> Iterator[None]:
    """The functions of the mutant's module run the broken source for the length of the block."""
    module = importlib.import_module(mutant.module)
    source = inspect.getsource(module)
    assert source.count(mutant.text) == 1, (
        f"{mutant.rule}: {mutant.text!r} occurs {source.count(mutant.text)} times"
    )
    changed = ModuleType(module.__name__)
    changed.__dict__.update(__file__=module.__file__)
    prelude = "from datetime import timedelta\n" if "timedelta" in mutant.broken else ""
    exec(
        compile(prelude + source.replace(mutant.text, mutant.broken), str(module.__file__), "exec"),
        changed.__dict__,
    )
    new = dict(functions_of(changed))
    swapped = [(function, function.__code__, new[name].__code__) for name, function in functions_of(module)]
    if prelude:
        module.__dict__.setdefault("timedelta", changed.__dict__["timedelta"])
    try:
        for function, _, code in swapped:
            function.__code__ = code
        yield
    finally:
        for function, code, _ in swapped:
            function.__code__ = code


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_a_case_file_kills_the_mutant(mutant: Mutant, server: Server, template: str) -> None:
    case = read_case_file(CASES / f"{mutant.killer}.yaml")
    with broken(mutant), scratch_book(case, server) as database:
        try:
            survived = played_case(case, database).passed
        except psycopg.errors.IntegrityError:  # the guards of the database noticed
            survived = False
    assert not survived, f"{mutant.rule}: broken, and {mutant.killer} does not notice"
