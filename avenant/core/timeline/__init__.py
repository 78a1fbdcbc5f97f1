"""Acts of care, told as the events a person recognises.

Example: the frame and the two lenses that an optician sold on 4 March are three acts with three decisions; to the
member they are one pair of glasses of 4 March: charged 300.00 €, of which we paid 180.00 € on one payout.
"""

from avenant.core.timeline.envelopes import Cover, envelopes_left
from avenant.core.timeline.events import care_events
from avenant.core.timeline.history import History
from avenant.core.timeline.model import ActPart, CareEvent, Change, EnvelopeLeft, Message, Payment, Split
from avenant.core.timeline.selecting import Selection, Totals, selected, totals

__all__ = [
    "ActPart",
    "CareEvent",
    "Change",
    "Cover",
    "EnvelopeLeft",
    "History",
    "Message",
    "Payment",
    "Selection",
    "Split",
    "Totals",
    "care_events",
    "envelopes_left",
    "selected",
    "totals",
]
