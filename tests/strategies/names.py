"""Names of people, and slips of the finger in them. A ligature is left out: to miss it is to miss two letters."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

LETTERS = "abcdeilnorstuvàâçéèêëîïôùüñšø"
WORD = st.text(LETTERS, min_size=4, max_size=12)
NAMES = st.builds(
    lambda words, sign: sign.join(words).title(),
    st.lists(WORD, min_size=2, max_size=4),
    st.sampled_from(" -'"),
)


@st.composite
def with_a_slip(draw: DrawFn, name: str) -> str:
    """``name`` with one letter left out, doubled, wrong or changed with the next, or a space forgotten or added."""
    letters = [place for place, sign in enumerate(name) if sign.isalpha()]
    at = draw(st.sampled_from(letters))
    kind = draw(st.sampled_from(("left out", "too many", "wrong", "swapped", "space")))
    other = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    after = name[at + 1 : at + 2]
    if kind == "space":
        gaps = [place for place, sign in enumerate(name) if sign == " "]
        return name.replace(" ", "", 1) if gaps and draw(st.booleans()) else f"{name[:at]} {name[at:]}"
    if kind == "swapped" and after.isalpha():
        return name[:at] + after + name[at] + name[at + 2 :]
    return name[:at] + {"left out": "", "too many": name[at] + other}.get(kind, other) + name[at + 1 :]
