"""The words that operations search by."""

import pytest

from domain.searching import LONGEST_WORD, search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mara Lind", ("mara", "lind")),
        ("José Muñoz-Groß", ("jose", "munoz", "gross")),
        (
            "mara.lind+pd@oak-hill.example.org",
            ("mara", "lind", "pd", "oak", "hill", "example", "org"),
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
