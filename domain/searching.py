"""What operations can search by: words, folded so that nobody has to type accents or capitals.

A word of a search fits when a word of the record begins with it. Whatever is no letter or digit
parts words: an address, an order number and a double name are found by each piece of theirs. An
address is found as a whole too, from its beginning.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from domain.normalizing import normalized

LONGEST_WORD: Final = 60
"""Characters of a word that are compared."""

MOST_WORDS: Final = 8
"""Words of one search that are looked at; nobody who searches needs more to be precise."""

_WORD: Final = re.compile(r"[^\W_]+")

_UNWRAPPED: Final = re.compile(r"""[^\s<>()\[\],;:"']+""")
"""What stands between spaces, without the signs that people copy an address with."""


def search_words(*texts: str) -> tuple[str, ...]:
    """Return the words of ``texts`` as they are compared, each once, in order.

    An address is one of them as well: its pieces alone are those of thousands of others.
    """
    folded = [_folded(text) for text in texts]
    pieces = [word for text in folded for word in _WORD.findall(text)]
    addresses = [each for text in folded for each in _unwrapped(text) if _is_address(each)]
    return _bounded((*pieces, *addresses))


def sought_words(text: str) -> tuple[str, ...]:
    """Return the words that somebody looks for: an address whole, or as far as it was typed."""
    words: list[str] = []
    for each in _unwrapped(_folded(text)):
        words += [each] if _is_address(each) else _WORD.findall(each)
    return _bounded(words)[:MOST_WORDS]


def _unwrapped(folded: str) -> list[str]:
    return [each.rstrip(".") for each in _UNWRAPPED.findall(folded)]


def _is_address(unwrapped: str) -> bool:
    local, _, domain = unwrapped.partition("@")
    return bool(local and domain)


def _bounded(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in words))


def _folded(text: str) -> str:
    decomposed = normalized("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
