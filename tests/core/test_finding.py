"""Names are found however they are typed: without accents, in any order, with one slip of the finger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avenant.core.finding.folding import name_tokens, name_words, near_tokens
from avenant.core.finding.found import KINDS, Found, best
from avenant.core.finding.ranking import SCORES, TYPO, begins_score, name_score, one_typo_apart
from avenant.core.finding.typed import LONGEST, MOST_WORDS, understood
from avenant.core.finding.wording import detail, title
from avenant.core.finding.words import EN, FR
from tests.strategies.names import NAMES, with_a_slip

WORDS = st.text("abcdé", min_size=1, max_size=7)


def score(typed: str, name: str) -> int | None:
    meant = understood(typed)
    assert meant is not None
    return name_score((*meant.readings, *meant.repaired), name_words(name))


def in_the_index(typed: str, name: str) -> bool:
    """Whether the widest question to the index yields the name: for some reading, a token of each word."""
    meant, tokens = understood(typed), set(name_tokens(name))
    assert meant is not None
    wide = any(all(tokens & set(near_tokens(word)) for word in reading) for reading in meant.readings)
    return wide or any(tokens >= set(reading) for reading in meant.repaired)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Hélène Lefèvre", "LEFEVRE helene"),
        ("Cœur-Noël d'Aubigné", "coeur noel daubigne"),
        ("Cœur-Noël d'Aubigné", "COEUR NOËL D’AUBIGNÉ"),
        ("Jean-Pierre Martin", "jeanpierre martin"),
        ("Jeanpierre Martin", "Jean-Pierre Martin"),
        ("Yann Le Goff", "legoff"),
        ("Yann Legoff", "le goff"),
        ("Anne de La Tour", "latour anne"),
        ("Anne de La Tour", "Mme Tour Anne"),
        ("Karim Ben Ali", "ali karim"),
        ("Lars Sørensen", "sorensen"),
        ("Łukasz Groß", "lukasz gross"),
        ("Nguyễn Thị Ánh", "nguyen anh"),
        ("Nora Leroy", "noraleroy"),
        ("Nora Leroy", "nor ler"),
        ("Nora Leroy", "l"),
        ("Nora Leroy", "leroy 1980"),
        ("Nora Leroy", "01/05/1980 leroy"),
        ("O'Brien", "obrien"),
        ("Σωκράτης Παπάς", "σωκρατης"),
    ],
)
def test_a_name_is_found_without_a_slip(name: str, typed: str) -> None:
    told = score(typed, name)
    assert told is not None and told >= SCORES[TYPO] + 20, "not taken for a typo"
    assert in_the_index(typed, name)


@given(st.data(), NAMES)
def test_every_name_is_found_with_any_one_slip(data: st.DataObject, name: str) -> None:
    typed = data.draw(with_a_slip(name))
    assert score(typed, name) is not None
    assert in_the_index(typed, name)


@given(NAMES)
def test_accents_and_capitals_are_irrelevant(name: str) -> None:
    plain = " ".join(name_words(name).parts)
    assert score(plain, name) == score(name, plain) == score(name.upper(), name) == score(name, name)
    assert name_tokens(name.upper()) == name_tokens(name)


def within_one_edit(word: str, other: str) -> bool:
    """The obvious way: all that one slip can make of a word."""
    letters = set(word + other)
    cut = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    made = {word, *(a + b[1:] for a, b in cut if b), *(a + c + b for a, b in cut for c in letters)}
    made |= {a + c + b[1:] for a, b in cut if b for c in letters}
    return other in made | {a + b[1] + b[0] + b[2:] for a, b in cut if len(b) > 1}


@given(WORDS, WORDS)
def test_one_typo_is_one_letter_more_or_less_or_wrong_or_two_swapped(word: str, other: str) -> None:
    longest = max(len(word), len(other))
    assert one_typo_apart(word, other) == one_typo_apart(other, word)
    assert one_typo_apart(word, other) == (longest >= 3 and within_one_edit(word, other))


def test_two_typos_in_a_word_are_another_name() -> None:
    assert score("lrroi", "Nora Leroy") is None
    assert score("norra lerroy", "Nora Leroy") is not None, "one in each word is forgiven"


def test_whole_names_come_before_beginnings_and_those_before_typos() -> None:
    names = ["Nora Martin", "Nora Martinez", "Nora Marten", "Nora Martin-Roux", "Paul Roux"]
    told = {name: score("nora martin", name) for name in names}
    ranked = sorted((name for name in names if told[name]), key=lambda name: -(told[name] or 0))
    assert ranked == ["Nora Martin", "Nora Martin-Roux", "Nora Martinez", "Nora Marten"]


def test_a_year_or_day_beside_a_name_is_a_birth_date_and_alone_a_number() -> None:
    alone, year, day = (understood(typed) for typed in ("1980", "leroy 1980", "5.1.1980 leroy"))
    assert alone is not None and alone.born is None and alone.readings == (("1980",),)
    assert year is not None and year.born is not None and [day.year for day in year.born] == [1980, 1981]
    assert (
        day is not None
        and day.born is not None
        and [d.isoformat() for d in day.born]
        == [
            "1980-01-05",
            "1980-01-06",
        ]
    )
    impossible = understood("leroy 31/02/1980")
    assert impossible is not None and impossible.born is None


@pytest.mark.parametrize("blank", ["", "   ", "\t\n", "\u200b", "\ufeff \u00ad"])
def test_nothing_typed_means_nothing(blank: str) -> None:
    assert understood(blank) is None


@pytest.mark.parametrize(
    "typed", ["a" * (LONGEST + 1), "le\x00roy", "\x1b[2J", "\ud800", "a " * (MOST_WORDS + 1)]
)
def test_what_nobody_can_mean_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"leave some out|type the text anew"):
        understood(typed)


@given(st.text(max_size=LONGEST))
def test_any_text_is_understood_or_refused(typed: str) -> None:
    try:
        meant = understood(typed)
    except ValueError:
        return
    assert meant is None or all(word for reading in meant.readings for word in reading)


@given(st.text(max_size=300))
def test_any_name_has_a_bounded_number_of_short_tokens(name: str) -> None:
    tokens = name_tokens(name)
    assert len(tokens) <= 24 * 82 + 11 and all(0 < len(token) <= 41 and " " not in token for token in tokens)


def test_each_thing_is_shown_once_with_its_best_score() -> None:
    found = [Found("member", "M-1", 70), Found("contract", "M-1", 70), Found("member", "M-1", 100)]
    assert [(one.kind, one.score) for one in best(found, 5)] == [("member", 100), ("contract", 70)]
    assert len(best(found, 1)) == 1
    assert begins_score("M-1") > begins_score("mar")


def test_every_word_exists_in_both_languages_and_names_are_in_none() -> None:
    assert EN.keys() == FR.keys()
    assert [key.partition(".")[0] for key in EN if "." in key and key.partition(".")[0] not in KINDS] == []
    one = Found("member", "M-0001", 90, "Nora Leroy", "M-0001", "primary")
    assert (title(one, "en"), detail(one, "en")) == ("Member M-0001", "primary, family of M-0001")
    assert (title(one, "fr"), detail(one, "fr")) == (
        "Assuré M-0001",
        "assuré principal, famille de M-0001",
    )
