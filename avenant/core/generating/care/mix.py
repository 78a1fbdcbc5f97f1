"""How lively generated care is: what is special about people, and how often something goes wrong on the way to us."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CareMix:
    """`*_share` is a share of people, events or messages; `*_yearly` a number of events per person and year.

    illness_yearly: at 40; half of it at 20. poor_share: of bills, each field left out. silent_share: of the Sécu's
    returns, those that do not say the doctor's sector. copied: told again under another number. retold: told again
    as it was. corrected: told again with other content. withdrawn: taken back as a whole. reissued: of the Sécu's
    returns, taken back line by line and, in two cases of three, returned anew. contradicted: bills told with two
    amounts. misdated: bills with another day than the Sécu's, and few words. lost: cancellations of nothing.
    strange: lines with an act code nobody knows. doubtful: requests that the importer does not trust. unknown:
    documents of people nobody ever tells us of. goodwill: bills of which a person decides what we pay. answered: of
    what waits for a person.
    """

    illness_yearly: float = 0.006
    local_scheme_share: float = 0.025
    second_insurer_share: float = 0.03
    poor_share: float = 0.06
    silent_share: float = 0.25
    copied_share: float = 0.006
    retold_share: float = 0.006
    corrected_share: float = 0.003
    withdrawn_share: float = 0.001
    reissued_share: float = 0.010
    contradicted_share: float = 0.010
    misdated_share: float = 0.020
    lost_share: float = 0.0004
    strange_share: float = 0.0004
    doubtful_share: float = 0.0006
    unknown_share: float = 0.0006
    goodwill_share: float = 0.003
    answered_share: float = 0.75


LIVELY_CARE = CareMix()
"""What demos and tests play."""
SMOOTH_CARE = CareMix(
    illness_yearly=0.002,
    poor_share=0.03,
    silent_share=0.0,
    copied_share=0.002,
    retold_share=0.0,
    corrected_share=0.0,
    withdrawn_share=0.0,
    reissued_share=0.003,
    contradicted_share=0.001,
    misdated_share=0.001,
    lost_share=0.0001,
    strange_share=0.0001,
    doubtful_share=0.0001,
    unknown_share=0.0,
    goodwill_share=0.0,
    answered_share=0.0,
)
"""The full book that benchmarks measure: nearly all of it undisturbed, each trouble there."""
