"""All steps of matching, one after the other."""

from __future__ import annotations

import polars as pl

from avenant.core.claims.matching.acts import acts
from avenant.core.claims.matching.columns import CANCELS_NOTHING, KEY
from avenant.core.claims.matching.grouping import pieces
from avenant.core.claims.matching.heard import heard
from avenant.core.claims.matching.links import links, single_links
from avenant.core.claims.matching.nearby import nearby, statements
from avenant.core.claims.matching.poorer import with_poorer_joined
from avenant.core.claims.matching.trouble import first_reasons, waiting_alone, waiting_holds, waiting_pieces
from avenant.core.claims.matching.uniting import contradictory, united
from avenant.core.claims.model import Matched


def matched(lines: pl.DataFrame, answers: pl.DataFrame, families: pl.DataFrame) -> Matched:
    """The acts that ``lines`` tell of, which line belongs to which act, and what waits for a person.

    lines: CARE_LINE, latest versions, not withdrawn, each with a member; their refs differ. answers: ANSWER, live.
    families: act_code, family, basket (CareActs). The result depends on what lines say and on their received_on;
    never on their order or numbers, but that an act is named after the smallest line_id of its lines.

    Every line but quotes is in exactly one link; every act_id of a link is in acts or, as line_id, in waiting.
    Amounts in cents. A line of an unknown kind is an error of Polars.
    """
    told = heard(lines, answers)
    found = united(pieces(told.speaking, told.verdicts), told.verdicts)
    found = with_poorer_joined(found, families, told.verdicts)
    troubles = [
        found.troubles,
        nearby(found, families, told.verdicts),
        statements(found.lines, told.verdicts),
        contradictory(found.lines, told.verdicts),
    ]
    reasons = first_reasons(pl.concat(troubles))
    waiting = [
        waiting_pieces(reasons, found.lines),
        waiting_alone(told.lost, CANCELS_NOTHING),
        waiting_holds(told.held, found.lines, _lost(reasons), KEY),
    ]
    free = found.lines.join(reasons, on="piece", how="anti") if len(reasons) else found.lines
    return Matched(
        acts=acts(free, families, told.verdicts.exceptions),
        links=pl.concat([links(found.lines), single_links(told.lost), single_links(told.held)]),
        waiting=pl.concat(waiting).sort("line_id"),
    )


def _lost(reasons: pl.DataFrame) -> pl.DataFrame:
    """Cancellations of nothing tell of no act."""
    return reasons.filter(pl.col("reason") == CANCELS_NOTHING)
