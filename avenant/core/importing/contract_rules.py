"""What cannot be right about a contract that is told.

ref,kind,cycle,currency
C-1,firm,,EUR          kind: firm is not a kind we know; write individual or company
"""

import polars as pl

from avenant.core.importing.problem import Rule, broken_rules, missing, one_of, sentence, told_twice

KINDS = ("individual", "company")
CYCLES = ("advance", "arrears")

IDENTITY = [
    missing("ref", "a contract needs a number", "give the number by which you know the contract"),
    told_twice("ref"),
]
CONTENT = [
    missing("kind", "a contract is individual or company", "write individual or company"),
    one_of("kind", KINDS),
    one_of("cycle", CYCLES),
    missing("currency", "a contract has one currency", "write its three letters, for example EUR"),
    Rule(
        column="currency",
        reason="malformed currency",
        broken=~pl.col("currency").str.contains(r"^[A-Z]{3}$"),
        message=sentence("{} is not the code of a currency", "currency"),
        remedy=sentence("write three capital letters, for example EUR or USD"),
    ),
]


def contract_problems(contracts: pl.DataFrame) -> pl.DataFrame:
    """Problems of the told `contracts` (news columns and `row_index`); a withdrawn one needs only its ref."""
    live = contracts.filter(~pl.col("withdrawn").fill_null(False))
    return pl.concat(
        [broken_rules("contracts", contracts, IDENTITY), broken_rules("contracts", live, CONTENT)]
    )
