"""The words that operations search by."""

import pytest

from domain.searching import LONGEST_WORD, MOST_WORDS, search_words, sought_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mara Lind", ("mara", "lind")),
        ("José Muñoz-Groß", ("jose", "munoz", "gross")),
        (
            "mara.lind+pd@oak-hill.example.org",
            (
                *("mara", "lind", "pd", "oak", "hill", "example", "org"),
                "mara.lind+pd@oak-hill.example.org",
            ),
        ),
        ("PO 2024/117", ("po", "2024", "117")),
        ("snake_case", ("snake", "case")),
        ("% _ '; -- \\", ()),
        ("Lind lind LIND", ("lind",)),
        ("Ａｄａ ﬁn", ("ada", "fin")),
        ("李明 Łukasz", ("李明", "łukasz")),
    ],
)
def test_text_is_folded_into_words(text: str, words: tuple[str, ...]) -> None:
    """Proves: case, accents and signs never stand between a search and what it looks for."""
    assert search_words(text) == words


def test_words_of_several_texts_stand_once_and_are_bounded() -> None:
    """Proves: a word is kept once, and a hostile one takes no more room than the longest."""
    assert search_words("a b", "b c") == ("a", "b", "c")
    assert search_words("x" * 1000) == ("x" * LONGEST_WORD,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mara.Lind@Example.org", ("mara.lind@example.org",)),
        (
            '"Mara Lind" <mara.lind@example.org>, PO 7',
            ("mara", "lind", "mara.lind@example.org", "po", "7"),
        ),
        ("mara.lind@exa", ("mara.lind@exa",)),
        ("mara.lind@", ("mara", "lind")),
        ("@example.org", ("example", "org")),
        ("Write to mara@example.org.", ("write", "to", "mara@example.org")),
        ("mara lind", ("mara", "lind")),
        ("x" * 80 + "@example.org", ("x" * LONGEST_WORD,)),
    ],
)
def test_an_address_is_looked_for_as_a_whole(text: str, words: tuple[str, ...]) -> None:
    """Proves: an address that was typed or pasted, in part or with its wrapping, is one word of a
    search and not the pieces that it shares with thousands; what is no address is pieces.
    """
    assert sought_words(text) == words


def test_a_search_has_few_words() -> None:
    """Proves: whatever is pasted into the search, only so many words of it are looked for."""
    assert len(sought_words(" ".join(f"w{number}" for number in range(100)))) == MOST_WORDS


@pytest.mark.parametrize(
    "address", ["Zoë.Ångström@Oak-Hill.example.org", "x" * 80 + "@example.org"]
)
def test_an_address_is_found_by_what_is_written_of_it(address: str) -> None:
    """Proves: writing and looking fold and cut an address in the same way."""
    (sought,) = sought_words(address)
    assert sought in search_words("Somebody", address)
