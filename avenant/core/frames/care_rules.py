"""Column contracts of the care side of the rulebook: families of acts, tariffs, guarantees, envelopes.

Periods are half-open and counted by the date of care; ``valid_to`` null means until further notice. For a day for
which no tariff is known there is no row: the rules then wait, they never guess.
"""

from collections.abc import Sequence

import dataframely as dy
import polars as pl

RETENTIONS = ("none", "participation", "medicine", "paramedical", "transport")
OPTAM = ("any", "optam", "non_optam")
BASES = ("total", "complement")
PERS = ("act", "day", "session")
PERIODS = ("calendar_year", "window")
SCOPES = ("member", "location")
AGES = 151
CARE_FAMILIES = (
    *("consultation_gp", "consultation_specialist", "technical_act", "imaging", "biology", "paramedical"),
    *("pharmacy_100", "pharmacy_65", "pharmacy_30", "pharmacy_15", "transport", "emergency"),
    *("dental_care", "dental_prosthesis", "implant", "orthodontics", "optics_frame", "optics_lens"),
    *("contact_lens", "hearing_aid", "device", "hospital_stay", "hospital_fees", "heavy_act_sum"),
    *("daily_charge", "private_room", "soft_medicine", "other"),
)


def _one_of(words: Sequence[str], nullable: bool = False) -> dy.String:
    return dy.String(nullable=nullable, check=lambda column: column.is_in(list(words)))


class CareFamilies(dy.Schema):
    """One row per family of acts and what holds for all of it.

    fees: doctors' fees, for which sector and OPTAM matter. care_path: the coordinated path matters.
    rate_parameter: the dated parameter that holds the Sécu's rate (``ss_rate_dental_care_ppm``); null: each
    tariff says it. responsible_tm: a responsible contract must pay the patient's share.
    """

    family = dy.String(primary_key=True, check=lambda column: column.is_in(list(CARE_FAMILIES)))
    label = dy.String(min_length=1)
    retention = _one_of(RETENTIONS)
    fees = dy.Bool()
    care_path = dy.Bool()
    responsible_tm = dy.Bool()
    rate_parameter = dy.String(nullable=True)


class CareActs(dy.Schema):
    """One row per act code we know: its family."""

    act_code = dy.String(primary_key=True, min_length=1)
    family = _one_of(CARE_FAMILIES)
    label = dy.String(min_length=1)
    basket = dy.String(nullable=True)
    source = dy.String()


class _Dated(dy.Schema):
    """What every dated line carries. ``line_id``: 0 until publication numbers its ``content_key``."""

    line_id = dy.Int32(min=0)
    valid_from = dy.Date()
    valid_to = dy.Date(nullable=True)
    content_key = dy.String(primary_key=True)
    source = dy.String()
    file = dy.String()
    line = dy.Int32(min=0)

    @dy.rule()
    def dates_run_forwards(cls) -> pl.Expr:
        return pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to"))


class Tariffs(_Dated):
    """One row per base price (BR) of an act: for which sector and age, since when.

    ``optam`` holds for sector 1 too, ``non_optam`` for sector 2 without OPTAM. base 0 with rate 0: the Sécu has no
    price for it and pays nothing. No row for a day, an age or a sector: not known.

    rate_ppm: the Sécu's rate; null: the family's dated parameter holds it. price_limit_cents: the most that may be
    charged (100 % Santé); null: none known.
    """

    act_code = dy.String()
    optam = _one_of(OPTAM)
    age_from = dy.Int32(min=0, max_exclusive=AGES)
    age_to = dy.Int32(min=1, max=AGES)
    base_cents = dy.Int64(min=0)
    rate_ppm = dy.Int64(nullable=True, min=0, max=1_000_000)
    price_limit_cents = dy.Int64(nullable=True, min=0)


class Guarantees(_Dated):
    """One row per guarantee line of a plan's level. Lines that apply together: the lowest wins.

    A line without a basket is for acts whose basket has no line of its own.
    Within a line the forms add up: rate_ppm of BR, flat_cents, pmss_ppm of the monthly ceiling on the date of care.
    real_cost: whatever is left. price_limit: up to the price limit of the act's tariff (100 % Santé).
    basis ``total``: the ceiling includes what the Sécu pays; ``complement``: it is ours alone. per: the amounts
    hold for each act, or for each day or session of it (times quantity). part: numbers lines that apply together.
    basket null: for all baskets, but for those that have lines of their own for that OPTAM, age and day.
    """

    plan = dy.String()
    level = dy.String()
    family = _one_of(CARE_FAMILIES)
    optam = _one_of(OPTAM)
    basket = dy.String(nullable=True)
    age_from = dy.Int32(min=0, max_exclusive=AGES)
    age_to = dy.Int32(min=1, max=AGES)
    part = dy.Int32(min=1)
    basis = _one_of(BASES)
    per = _one_of(PERS)
    rate_ppm = dy.Int64(nullable=True, min=0)
    flat_cents = dy.Int64(nullable=True, min=0)
    pmss_ppm = dy.Int64(nullable=True, min=0)
    real_cost = dy.Bool()
    price_limit = dy.Bool()


class Envelopes(_Dated):
    """One row per limit over time, consumed in the order of care dates.

    period ``calendar_year``: starts anew every 1 January. ``window``: starts with the first paid act and lasts
    ``months``; the first paid act after it starts the next (renewal of glasses and hearing aids).
    scope: one per member, or per location (ear, tooth). max_cents, pmss_ppm, max_count: all that are set hold.
    """

    plan = dy.String()
    level = dy.String()
    envelope = dy.String(min_length=1)
    label = dy.String(min_length=1)
    period = _one_of(PERIODS)
    months = dy.Int32(nullable=True, min=1)
    scope = _one_of(SCOPES)
    age_from = dy.Int32(min=0, max_exclusive=AGES)
    age_to = dy.Int32(min=1, max=AGES)
    max_cents = dy.Int64(nullable=True, min=0)
    pmss_ppm = dy.Int64(nullable=True, min=0)
    max_count = dy.Int32(nullable=True, min=1)


class EnvelopeFamilies(dy.Schema):
    """Which families (and baskets; null: any) draw on an envelope."""

    plan = dy.String(primary_key=True)
    level = dy.String(primary_key=True)
    envelope = dy.String(primary_key=True)
    family = dy.String(primary_key=True)
    basket = dy.String(nullable=True)


class CarePlans(dy.Schema):
    """One row per plan with guarantees. responsible: the rules of responsible contracts hold."""

    plan = dy.String(primary_key=True)
    responsible = dy.Bool()
