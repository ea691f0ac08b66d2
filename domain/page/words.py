"""The minimum of words that a part demands, as pages put it: "1,000-word minimum", "at least …"."""

import re

from domain.catalog import MINIMUM_WORDS_LIMIT
from domain.page.text import DASHES

_NUMBER = r"(?<![\d.,])(?:\d{1,3}(?:[,.'’ ]\d{3})+|\d{1,6})(?![\d])"
_SPELLED = {
    "one hundred": 100,
    "two hundred": 200,
    "two hundred fifty": 250,
    "three hundred": 300,
    "four hundred": 400,
    "five hundred": 500,
    "six hundred": 600,
    "seven hundred": 700,
    "seven hundred fifty": 750,
    "eight hundred": 800,
    "one thousand": 1000,
    "fifteen hundred": 1500,
    "two thousand": 2000,
}
_AMOUNT = rf"({_NUMBER}|{'|'.join(sorted(_SPELLED, key=len, reverse=True))})"
_TO = rf"\s*(?:[{DASHES}]|to|and)\s*"
_WORDS = rf"\s*\+?\s*(?:\(\d[\d,.]*\)\s*)?[{DASHES}]?\s*(?:written\s+)?words?\b"
_LEAST = r"(?:minimum|min\b\.?|at\s+least|(?:no|not)\s+(?:less|fewer)\s+than|more\s+than|least)"
_MINIMUM = (
    rf"{_AMOUNT}{_WORDS}[\s{DASHES}]*(?:\(?minimum|min\b|or\s+more|at\s+(?:a\s+)?(?:min|least))",
    rf"{_AMOUNT}\s+or\s+more{_WORDS}",
    rf"{_LEAST}(?:\s+(?:of|is|length|word\s+count|words?))*\s*[:=(]?\s*{_AMOUNT}{_WORDS}",
    rf"(?:minimum\s+(?:of\s+)?words?(?:\s+count)?|words?(?:\s+count)?\s+minimum|minimum\s+length"
    rf"|minimum\s+word\s+count)(?:\s+(?:of|is))?\s*[:=({DASHES}]?\s*{_AMOUNT}",
)
_RANGE = (
    rf"between\s+{_AMOUNT}{_TO}{_NUMBER}{_WORDS}",
    rf"{_AMOUNT}\s*(?:[{DASHES}]|to)\s*{_NUMBER}{_WORDS}",
)
_BARE = (rf"{_AMOUNT}{_WORDS}",)
# From the clearest wording to a bare number of words, which counts where nothing is clearer.
_WORDINGS = tuple(
    tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    for patterns in (_MINIMUM, _RANGE, _BARE)
)
# What stands before a number of words that is no minimum.
_NO_MINIMUM = re.compile(
    r"(?:maximum|max\.?|at\s+most|up\s+to|(?:no|not)\s+more\s+than|limit(?:ed)?(?:\s+(?:of|to))?"
    r"|exceed(?:ing)?|under|fewer\s+than|less\s+than)(?:\s+of)?\s*[:=(]?\s*$",
    re.IGNORECASE,
)
_IS_MAXIMUM = re.compile(
    rf"[\s{DASHES}]*(?:maximum|max\b|or\s+(?:less|fewer)|limit)", re.IGNORECASE
)
_EACH_BEFORE = re.compile(r"\b(?:each|every|per)\b[^.;:()]*$", re.IGNORECASE)
_EACH_AFTER = re.compile(
    r"[\s,]*(?:each\b|apiece|(?:for|per|in)\s+(?:each|every|answer|question|response))",
    re.IGNORECASE,
)
_LOOK_BACK = 40


def stated_minimums(text: str) -> tuple[int, ...]:
    """Return the different minimums of words that ``text`` states, in the clearest wording used.

    "1.000" and "1 000" are a thousand; of a range the lower bound counts; a maximum does not.
    """
    for patterns in _WORDINGS:
        found = [
            _amount(match.group(1))
            for pattern in patterns
            for match in pattern.finditer(text)
            if not _is_maximum(text, match) and not _is_for_each(text, match)
        ]
        amounts = [each for each in dict.fromkeys(found) if 0 < each <= MINIMUM_WORDS_LIMIT]
        if amounts:
            return tuple(amounts)
    return ()


def _amount(said: str) -> int:
    spelled = _SPELLED.get(" ".join(said.lower().split()))
    return spelled or int(re.sub(r"\D", "", said) or "0")


def _is_for_each(text: str, match: re.Match[str]) -> bool:
    """Say whether the number is for each answer, not for the part."""
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    return bool(_EACH_BEFORE.search(before) or _EACH_AFTER.match(text, match.end()))


def _is_maximum(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _LOOK_BACK) : match.start()]
    if re.search(r"(?:no|not)\s+$", before, re.IGNORECASE):
        return not match.group().lower().startswith(("less", "fewer"))
    is_negated = _NO_MINIMUM.search(before) and not re.search(
        r"(?:no|not)\s+(?:less|fewer)\s+than\s*$", before, re.IGNORECASE
    )
    return bool(is_negated) or _IS_MAXIMUM.match(text, match.end()) is not None
