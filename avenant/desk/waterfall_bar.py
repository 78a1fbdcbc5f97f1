"""The bar of who paid what, written in one go: a page of care has two dozen of them.

Example: charged 30.00, of which the Sécu paid 19.00 and we 9.00, is a bar of 63.333, 30 and 6.667 percent, with
the three figures under it.
"""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from avenant.core.timeline.model import Split
from avenant.core.wording.figures import amount_text
from avenant.desk.words import say

PARTS = ("secu", "others", "ours", "out_of_pocket", "undecided")


def waterfall_bar(split: Split, currency: str, language: str, small: bool = False) -> SafeString:
    """Charged = Sécu + others + us + out of pocket (+ undecided), the figures under it; small: without the sum."""
    bars, words, start = [], [], 0.0
    whole = max(split.charged_cents, sum(max(cents, 0) for _, cents in _parts(split)), 1)
    for name, cents in _parts(split):
        width = 100 * max(cents, 0) / whole
        if cents or (name in ("ours", "out_of_pocket") and not split.undecided_cents):
            bars.append(f'<rect class="part {name}" x="{start:.3f}" y="0" width="{width:.3f}" height="6"/>')
            words.append(_worded(name, cents, currency, language))
        start += width
    charged = "" if small else _figure("charged", split.charged_cents, currency, language, "b")
    withheld = split.withheld_cents and _figure("withheld", split.withheld_cents, currency, language, "span")
    label = escape(say(language, "waterfall.label"))
    return mark_safe(
        f'<figure class="waterfall{" small" if small else ""}" aria-label="{label}">\n'
        f'  <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(bars)}</svg>\n"
        f"  <figcaption>{charged}{''.join(words)}{withheld or ''}</figcaption>\n</figure>\n"
    )


def _parts(split: Split) -> tuple[tuple[str, int], ...]:
    return tuple((name, getattr(split, f"{name}_cents")) for name in PARTS)


def _worded(name: str, cents: int, currency: str, language: str) -> str:
    text = escape(amount_text(cents, currency, language))
    said = escape(say(language, f"waterfall.{name}"))
    swatch = f'<i class="swatch {name}" aria-hidden="true"></i>'
    return f'<span class="{name}">{swatch}{said} <b class="money">{text}</b></span>'


def _figure(name: str, cents: int, currency: str, language: str, tag: str) -> str:
    text, said = escape(amount_text(cents, currency, language)), escape(say(language, f"waterfall.{name}"))
    return f'<span class="{name}">{said} <{tag} class="money">{text}</{tag}></span>'
