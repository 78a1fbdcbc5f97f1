"""What persons answered, made ready for matching.

Two messages about a visit contradict each other. Somebody answers `same`: both lines belong to one party, and the
later message counts. Had the answer been `different`, the lines would be two parties that never share an act.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from avenant.core.claims.matching.columns import SPEAKER
from avenant.core.claims.matching.connected import connected

PARTY = {"ref": pl.String, "party": pl.String}
EXCEPTION = {"ref": pl.String, "amount_cents": pl.Int64}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """parties: ref, party (the smallest ref of the lines that answers call the same; only lines that `same` or
    `different` name). apart: parties that share no act, both ways round. contradictory: parties that answers both
    join and keep apart. targets: ref of a cancellation, ref of what persons say that it cancels. exceptions: ref,
    amount_cents. excepted: their refs.
    """

    parties: pl.DataFrame
    apart: dict[str, set[str]]
    contradictory: set[str]
    targets: dict[str, str]
    exceptions: pl.DataFrame
    excepted: frozenset[str] = field(default_factory=frozenset)

    def keep_apart(self, one: str | None, other: str | None) -> bool:
        """Whether an answer forbids that lines of these parties share an act."""
        return one is not None and other in self.apart.get(one, ())


def verdicts(lines: pl.DataFrame, answers: pl.DataFrame) -> Verdicts:
    """The answers (columns of ANSWER) about ``lines``: ref, member_id, takes_back, authority, insurer.

    An answer that names an unknown line, or lines of two members, says nothing.
    """
    if answers.is_empty():
        return Verdicts(pl.DataFrame(schema=PARTY), {}, set(), {}, pl.DataFrame(schema=EXCEPTION))
    exceptions = answers.filter(pl.col("kind") == "exception").select(
        ref="line_ref", amount_cents="amount_cents"
    )
    pairs = _known_pairs(lines, answers)
    same, different = (pairs.filter(pl.col("kind") == kind) for kind in ("same", "different"))
    cancelling = same.filter(pl.col("takes_back") != pl.col("takes_back_other"), "same_speaker")
    party = connected(_refs(same))
    party |= {ref: ref for pair in _refs(different) for ref in pair if ref not in party}
    apart = [(party[one], party[other]) for one, other in _refs(different)]
    return Verdicts(
        parties=pl.DataFrame(list(party.items()), schema=PARTY, orient="row"),
        apart=_both_ways(apart),
        contradictory={one for one, other in apart if one == other},
        targets=_targets(cancelling),
        exceptions=exceptions.unique(),
        excepted=frozenset(exceptions["ref"]),
    )


def _known_pairs(lines: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """kind, line_ref, other_ref, whether each of the two cancels and whether one speaker tells both, of `same` and
    `different` about one member.
    """
    pairs = answers.filter(pl.col("kind") != "exception").select("kind", "line_ref", "other_ref")
    named = pl.concat([pairs["line_ref"], pairs["other_ref"]]).unique()
    known = lines.filter(pl.col("ref").is_in(named.implode()))
    first = known.select("member_id", "takes_back", *SPEAKER, line_ref="ref")
    second = known.select("member_id", "takes_back", *SPEAKER, other_ref="ref")
    told = pairs.join(first, on="line_ref").join(second, on=["other_ref", "member_id"], suffix="_other")
    same_speaker = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_other")) for name in SPEAKER)
    return told.filter(pl.col("line_ref") != pl.col("other_ref")).with_columns(same_speaker=same_speaker)


def _refs(pairs: pl.DataFrame) -> list[tuple[str, str]]:
    return pairs.select("line_ref", "other_ref").unique().sort("line_ref", "other_ref").rows()


def _both_ways(pairs: list[tuple[str, str]]) -> dict[str, set[str]]:
    ways: dict[str, set[str]] = {}
    for one, other in pairs:
        ways.setdefault(one, set()).add(other)
        ways.setdefault(other, set()).add(one)
    return ways


def _targets(cancelling: pl.DataFrame) -> dict[str, str]:
    """`same`, said of a cancellation and a message, means: that is what it cancels."""
    straight = cancelling.filter("takes_back")
    turned = cancelling.filter("takes_back_other").select(line_ref="other_ref", other_ref="line_ref")
    return dict(_refs(pl.concat([straight.select("line_ref", "other_ref"), turned])))
