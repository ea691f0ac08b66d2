"""Whatever way a journey ends, its practitioner is told so in words."""

from domain.enrollment import Ending
from portal.practitioner.endings import WORDS


def test_every_ending_has_its_words() -> None:
    """Proves: a new way to end cannot leave a practitioner before a broken page."""
    assert set(WORDS) == set(Ending)
    titles = [title for title, _ in WORDS.values()]
    assert len(set(titles)) == len(Ending)
    assert all(sentence.endswith(".") for _, sentence in WORDS.values())
