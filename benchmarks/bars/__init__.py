"""The bars of `avenant bench`: each figure is a ratio, measured side by side in one run on the same data.

from benchmarks.bars import Wanted, measured_bars
outcomes = measured_bars(server, Wanted(contracts=5_000, small=500), progress=progress)
"""

from benchmarks.bars.figures import NAMES, Outcome, Wanted
from benchmarks.bars.measuring import measured_bars
from benchmarks.bars.report import as_fields, as_text

__all__ = ["NAMES", "Outcome", "Wanted", "as_fields", "as_text", "measured_bars"]
