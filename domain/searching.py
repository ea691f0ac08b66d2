"""What operations can search by: words, folded so that nobody has to type accents or capitals.

A word of a search fits when a word of the record begins with it. Whatever is no letter or digit
parts words: an address, an order number and a double name are found by each piece of theirs.
"""

import re
import unicodedata
from typing import Final

from domain.normalizing import normalized

LONGEST_WORD: Final = 60
"""Characters of a word that are compared."""

MOST_WORDS: Final = 8
"""Words of one search that are looked at; nobody who searches needs more to be precise."""

_WORD: Final = re.compile(r"[^\W_]+")


def search_words(*texts: str) -> tuple[str, ...]:
    """Return the words of ``texts`` as they are compared, each once, in order."""
    words = (word[:LONGEST_WORD] for text in texts for word in _WORD.findall(_folded(text)))
    return tuple(dict.fromkeys(words))


def _folded(text: str) -> str:
    decomposed = normalized("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
