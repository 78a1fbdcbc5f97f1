"""Messages: what the Sécu, providers, members and other insurers tell us of each act.

One row per line of a message, columns `MESSAGE`. Example: a visit of 30.00 € told by the member's bill (charged
30.00) and by the Sécu's return (base 30.00, rate 70 %, paid 19.00, withheld 2.00) is two rows with one `act`.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from avenant.core.frames.care import Columns
from avenant.core.generating.care.channels import FULL_REQUEST, PAID_DIRECTLY, Arrivals
from avenant.core.generating.care.mix import CareMix
from avenant.core.generating.care.traits import AFTER_US, BEFORE_US, Traits
from avenant.core.generating.days import NEVER, happens
from avenant.core.money import PPM, round_half_up_div

MESSAGE: Columns = {
    "act": pl.Int32,  # row number of the act
    "row": pl.Int32,  # of its event: the lines of one event, sender and day share a document
    "member": pl.Int32,
    "kind": pl.String,
    "payer": pl.String,
    "payer_rank": pl.Int16,
    "received": pl.Int32,  # day number
    "paid": pl.Int32,
    "part": pl.Int8,  # 0; another number keeps it apart from others of that day
    "item": pl.Int16,
    "coded": pl.Boolean,  # says its act code
    "provider": pl.Int32,
    "tooth": pl.Int8,
    "placed": pl.Boolean,  # says its location
    "day": pl.Int32,
    "last_day": pl.Int32,
    "quantity": pl.Int32,
    "charged_cents": pl.Int64,
    "base_cents": pl.Int64,
    "rate_ppm": pl.Int32,
    "secu_cents": pl.Int64,
    "retention_cents": pl.Int64,
    "others_cents": pl.Int64,
    "asked_cents": pl.Int64,
    "exemption": pl.String,
    "care_path": pl.String,
    "sector": pl.Int16,
    "optam": pl.Boolean,
    "payee": pl.String,
    "named": pl.Boolean,  # a cancellation that names the line it takes back
    "strange": pl.Boolean,  # an act code that nobody knows
    "hold": pl.String,
    "puzzle": pl.Int8,  # what a person will have to answer (see `puzzles`); 0: nothing
}
AMOUNTS = ("charged_cents", "base_cents", "secu_cents", "retention_cents", "others_cents", "asked_cents")
DAYS = ("returned", "requested", "billed", "quoted", "seconded", "delay")
LOCAL_PPM = 900_000
"""Sécu and local scheme together (example 4 of the SNDS documentation, for a visit)."""
INSURED = pl.col("base_cents") > 0


def messages(
    dice: np.random.Generator, acts: pl.DataFrame, told: Arrivals, traits: Traits, mix: CareMix
) -> pl.DataFrame:
    """All messages (columns MESSAGE) about `acts` (see `drawn_acts`, `with_returns`)."""
    known = _with_days(acts, told, traits)
    known = known.with_columns(
        pl.Series("silent", happens(dice, mix.silent_share, known.height)),
        *(
            pl.Series(name, happens(dice, 1 - mix.poor_share, known.height))
            for name in ("says_code", "says_provider", "says_place")
        ),
        pl.Series("share_ppm", dice.integers(300_000, PPM + 1, known.height)),
    )
    told_kinds = [
        *_returns(known),
        _requests(known),
        _bills(known),
        _local(known),
        _seconds(known),
        _quotes(known),
    ]
    return pl.concat(told_kinds)


def _with_days(acts: pl.DataFrame, told: Arrivals, traits: Traits) -> pl.DataFrame:
    row, member = acts["row"].to_numpy(), acts["member"].to_numpy()
    days = {name: getattr(told, name)[row] for name in DAYS}
    days |= {"ill_told": traits.ill_told[member]}
    return acts.with_row_index("act").with_columns(
        pl.col("act").cast(pl.Int32),
        *(pl.Series(name, values, dtype=pl.Int32) for name, values in days.items()),
        pl.Series("local", traits.local[member]),
        pl.Series("second", traits.second[member]),
    )


def _rows(acts: pl.DataFrame, kind: str, received: pl.Expr | str, **said: pl.Expr | str) -> pl.DataFrame:
    """Messages of a kind about `acts`; what is not `said` here or common to all messages is null."""
    common = (
        "act",
        "row",
        "member",
        "item",
        "provider",
        "tooth",
        "day",
        "last_day",
        "quantity",
        "charged_cents",
    )
    columns: dict[str, pl.Expr] = {name: pl.col(name) for name in common}
    columns |= {"kind": pl.lit(kind), "received": _column(received)}
    columns |= dict.fromkeys(("coded", "placed"), pl.lit(True)) | dict.fromkeys(
        ("named", "strange"), pl.lit(False)
    )
    columns |= dict.fromkeys(("part", "puzzle"), pl.lit(0))
    columns |= {name: _column(value) for name, value in said.items()}
    return acts.select(
        columns.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in MESSAGE.items()
    )


def _column(value: pl.Expr | str) -> pl.Expr:
    return pl.col(value) if isinstance(value, str) else value


def _returns(acts: pl.DataFrame) -> list[pl.DataFrame]:
    """The Sécu's returns; those at the usual rate that a long illness makes wrong are taken back and told anew."""
    insured = acts.filter(INSURED & (pl.col("returned") < NEVER))
    early = ~pl.col("ill") | (pl.col("returned") < pl.col("ill_told"))
    usual = insured.filter(early)
    full = pl.col("base_cents")
    raised = insured.filter(~early).with_columns(rate_ppm=pl.lit(PPM), gross_cents=full)
    corrected = usual.filter(pl.col("ill") & (pl.col("ill_told") < NEVER))
    corrected = corrected.with_columns(returned=pl.col("ill_told") + pl.col("delay"))
    again = corrected.with_columns(rate_ppm=pl.lit(PPM), gross_cents=full)
    return [
        _return_rows(usual),
        _return_rows(raised, exemption="ald"),
        negated(_return_rows(corrected).with_columns(named=pl.col("row") % 2 == 0)),
        _return_rows(again, exemption="ald"),
    ]


def _return_rows(acts: pl.DataFrame, exemption: str | None = None) -> pl.DataFrame:
    direct = pl.col("channel").is_in(list(PAID_DIRECTLY))
    path = pl.when("out").then(pl.lit("out")).when(pl.col("sector") > 0).then(pl.lit("in"))
    says = (pl.col("sector") > 0) & ~pl.col("silent")
    return _rows(
        acts,
        "secu_return",
        "returned",
        payer=pl.lit("amo"),
        paid=pl.col("returned") - 1,
        base_cents="base_cents",
        rate_ppm="rate_ppm",
        secu_cents=pl.col("gross_cents") - pl.col("retention_cents"),
        retention_cents="retention_cents",
        exemption=pl.lit(exemption),
        care_path=path,
        sector=pl.when(says).then("sector"),
        optam=pl.when(says & (pl.col("sector") == 2)).then("optam"),
        payee=pl.when(direct).then(pl.lit("provider")).otherwise(pl.lit("member")),
    )


def negated(rows: pl.DataFrame) -> pl.DataFrame:
    """The lines that take `rows` back: all amounts, and the quantity, with a minus."""
    return rows.with_columns(-pl.col(name) for name in ("quantity", *AMOUNTS))


def _requests(acts: pl.DataFrame) -> pl.DataFrame:
    """Providers' requests: all that the Sécu leaves, or the patient's share alone; nothing where nothing is left."""
    raised = pl.col("ill") & (pl.col("requested") >= pl.col("ill_told"))
    gross = pl.when(raised).then("base_cents").otherwise("gross_cents")
    of_base = pl.when(INSURED).then("base_cents").otherwise("charged_cents")
    all_of_it = pl.col("channel") == FULL_REQUEST
    asked = pl.when(all_of_it).then("charged_cents").otherwise(of_base) - gross
    wanted = acts.filter(pl.col("requested") < NEVER).with_columns(asked_cents=asked)
    stated = INSURED & pl.col("says_place")
    return _rows(
        wanted.filter(pl.col("asked_cents") > 0),
        "provider_request",
        "requested",
        base_cents=pl.when(stated).then("base_cents"),
        rate_ppm=pl.when(stated).then("rate_ppm"),
        asked_cents="asked_cents",
        payee=pl.lit("provider"),
    )


def _bills(acts: pl.DataFrame) -> pl.DataFrame:
    """Members' bills, a few without act code, provider or location; after the return they say what the Sécu paid."""
    seen = pl.col("returned") < pl.col("billed")
    return _rows(
        acts.filter(pl.col("billed") < NEVER),
        "member_invoice",
        "billed",
        secu_cents=pl.when(seen & INSURED).then(pl.col("gross_cents") - pl.col("retention_cents")),
        provider=pl.when("says_provider").then("provider"),
        coded="says_code",
        placed="says_place",
        payee=pl.lit("member"),
    )


def _local(acts: pl.DataFrame) -> pl.DataFrame:
    """What the local scheme of Alsace-Moselle pays: most of the patient's share, told with the Sécu's return."""
    topped = round_half_up_div(pl.col("base_cents") * LOCAL_PPM, PPM) - pl.col("gross_cents")
    usual = INSURED & ~pl.col("ill") & ~pl.col("out")
    paid = acts.filter(pl.col("local") & usual & (pl.col("returned") < NEVER) & (topped > 0))
    return _rows(
        paid,
        "other_insurer",
        pl.col("returned") + pl.col("delay") // 4,
        payer=pl.lit("alsace_moselle"),
        payer_rank=pl.lit(2),
        paid=pl.col("returned"),
        others_cents=topped,
        payee=pl.lit("member"),
    )


def _seconds(acts: pl.DataFrame) -> pl.DataFrame:
    """Statements of second insurers: about what members sent to both, a third of it months later."""
    left = pl.col("charged_cents") - pl.col("gross_cents")
    first = pl.min_horizontal("returned", "billed")
    rank = pl.col("second")
    paid = round_half_up_div(left * pl.col("share_ppm"), PPM)
    about = (rank > 0) & (first < NEVER) & (left > 500) & ~pl.col("channel").is_in(list(PAID_DIRECTLY))
    told = _rows(
        acts.filter(about & (pl.col("act") % 5 < 3)),
        "other_insurer",
        pl.max_horizontal("last_day", first + pl.col("seconded")),
        payer=pl.when(rank == BEFORE_US).then(pl.lit("mutuelle_des_quais")).otherwise(pl.lit("sur_mesure")),
        payer_rank=pl.when(rank == BEFORE_US).then(BEFORE_US).otherwise(AFTER_US),
        others_cents=paid,
        payee=pl.lit("member"),
    )
    return told.with_columns(paid="received")


def _quotes(acts: pl.DataFrame) -> pl.DataFrame:
    """Estimates, which round the charge up."""
    rounded = (pl.col("charged_cents") + 999) // 1_000 * 1_000
    quoted = acts.filter(pl.col("quoted") < NEVER).with_columns(charged_cents=rounded)
    return _rows(quoted, "quote", "quoted", base_cents=pl.when(INSURED).then("base_cents"))
