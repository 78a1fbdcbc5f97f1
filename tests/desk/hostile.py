"""What no desk should ever be asked, and is: addresses, queries and form fields that hurt, drawn by a seed."""

from __future__ import annotations

import random
import re
from pathlib import Path

from avenant.desk import pages

REFS = (
    *("no-such", "0", "-1", "99999999999999999999", "x" * 3_000, "%00", "M%00001", "%ff%fe", "%F0%9F%A6%B7"),
    *(
        "%27%3B+DROP+TABLE+member%3B--",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "..%2F..%2Fetc%2Fpasswd",
        "%23",
    ),
    *("%E2%80%AE", "a%0D%0AX-Bad:+1", "%25", "null", "1e9", "%ED%A0%80", "r1", "1-2-3", "%C2%B2"),
)
"""For an argument of an address, percent-encoded already."""
NUMBERS = ("0", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 20, "9" * 400, "9" * 5_000)
KNOWN_AT = (
    *("never", "0001-01-01", "1969-12-31", "9999-12-31", "2026-02-30", "2025-12-01T25:61", "\x00", "-"),
    *("r99999999999999999999", "r-1", "r0", "x" * 5_000, "2025-12-01T10:00+99:99", "٢٠٢٥-٠١-٠١", "NaN"),
    *("' OR 1=1", "\ufffd", "2025-12-01T", "1e9"),
)
MONTHS = (
    "0000-00",
    "0001-01",
    "1899-12",
    "9999-12",
    "9999-11",
    "2026-13",
    "2025-9",
    "٢٠٢٥-٠٩",
    "soon",
    "%00",
)
VALUES = (
    *("", " ", "\x00", "a\x00b", "\ufffd\u202e", "-1", "0", "9" * 20, "9" * 5_000, "1e309", "NaN", "²", "٣"),
    *("<script>alert(1)</script>", "'; DROP TABLE member; --", "{{ 7*7 }}", "{% now %}", "%s%n", "../../etc"),
    *("9999-12-31", "0001-01-01", "2026-02-30", "31/02/2026", "12,345", "1.5.5", "🦷" * 300, "x" * 20_000),
    *("//evil.example", "https://evil.example/", "javascript:alert(1)", "a\r\nSet-Cookie: x=1", "|", "a|b|c"),
)
"""For a field of a form or a query."""
GIVEN = re.compile(r'\.get(?:list)?\("(\w+)"')
SENT = re.compile(r'<(?:input|select|textarea|button)[^>]* name="(\w+)"')


def fields_read() -> list[str]:
    """Every name that a page reads from a query, or a form sends."""
    folder = Path(pages.__path__[0])
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py"))]
    drawn = [path.read_text(encoding="utf-8") for path in sorted(folder.parent.rglob("desk/*/*.html"))]
    found = {name for text in texts for name in GIVEN.findall(text)}
    sent = {name for text in drawn for name in SENT.findall(text)}
    return sorted((found | sent) - {"known_at"})


def filled(route: str, draw: random.Random, real: dict[str, str]) -> str:
    """An address of ``route``: each argument hostile, or real at times so that the others are reached."""

    def argument(found: re.Match[str]) -> str:
        kind, name = found[1] or "str:", found[2]
        if name in real and draw.random() < 0.4:
            return real[name]
        return draw.choice(NUMBERS if kind == "int:" else MONTHS if name == "month" else REFS)

    return "/" + re.sub(r"<(\w+:)?(\w+)>", argument, route)


def values(names: list[str], draw: random.Random) -> dict[str, str]:
    """Some of ``names`` with hostile values."""
    return {name: draw.choice(VALUES) for name in draw.sample(names, draw.randint(1, len(names)))}
