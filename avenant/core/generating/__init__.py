"""Generated portfolios and late news: pure and deterministic, a seed in, frames out."""

from avenant.core.generating.late import late_news
from avenant.core.generating.mix import LIVELY, STEADY, Mix
from avenant.core.generating.offers import NothingToSell, Offer, offers_of
from avenant.core.generating.portfolio import portfolio, snapshot
from avenant.core.generating.story import Story

__all__ = [
    "LIVELY",
    "STEADY",
    "Mix",
    "NothingToSell",
    "Offer",
    "Story",
    "late_news",
    "offers_of",
    "portfolio",
    "snapshot",
]
