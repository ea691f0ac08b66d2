"""The importer on pages that lack something: it says so, and invents nothing."""

import gc
import re
import time
from dataclasses import replace

import pytest

from domain.catalog import OUTCOME_LIMIT
from domain.catalog_page import (
    PAGE_LIMIT_BYTES,
    CatalogDraft,
    DraftNotUsable,
    PageNotUsable,
    entry_of,
    read_page,
)
from domain.page.words import stated_minimums
from tests.domain.library_pages import (
    OUTCOME_LIST,
    OUTCOMES,
    PAGE,
    QUESTION_LIST,
    QUESTIONS,
    TITLE,
    TOP,
)

_TEXT = PAGE.text()


def _codes(text: str) -> tuple[CatalogDraft, list[str]]:
    draft = read_page(text, None).draft
    assert all(re.search(r"[A-Z].*\.$", problem.message) for problem in draft.problems)
    return draft, [problem.code.value for problem in draft.problems]


def _without(old: str, new: str = "") -> str:
    assert old in _TEXT
    return _TEXT.replace(old, new)


def _cut(start: str, end: str) -> str:
    return _TEXT[: _TEXT.index(start)] + _TEXT[_TEXT.index(end) :]


PROBLEMS = {
    "list of outcomes lost": (_without(OUTCOME_LIST), ["outcomes_missing"]),
    "outcomes lost altogether": (_cut("Essential Outcomes", "Requirements"), ["outcomes_missing"]),
    "outcomes replaced by a sentence": (
        _without(OUTCOME_LIST, "Ask the office for the list. It is long."),
        ["outcomes_missing"],
    ),
    "three announced, two listed": (
        _without("following essential", "following three essential").replace(
            f"  3. {OUTCOMES[2]}\n", ""
        ),
        ["outcome_count_differs"],
    ),
    "one announced, three listed": (
        _without("following essential", "following one essential"),
        ["outcome_count_differs"],
    ),
    "heading and sentence disagree": (
        _without("Essential Outcomes –", "Essential Outcomes (4) –").replace(
            "following essential", "following three essential"
        ),
        ["outcome_count_differs"],
    ),
    "unmarked, uncounted": (_without(OUTCOME_LIST, "\n".join(OUTCOMES)), ["outcomes_unmarked"]),
    "one empty number": (_without("  3. Report", "  3.\n  4. Report"), ["item_empty"]),
    "one outcome twice": (
        _without(OUTCOME_LIST, f"{OUTCOME_LIST}\n  4. {OUTCOMES[0].upper()}"),
        ["item_repeated"],
    ),
    "questions lost": (_without(QUESTION_LIST), ["questions_missing"]),
    "six questions announced": (
        _without("following questions", "following six questions"),
        ["question_count_differs"],
    ),
    "questions in two groups": (
        _without("  3. Which", "\nOn what followed\n\n  1. Which"),
        ["list_interrupted"],
    ),
    "first minimum lost": (_without(" (1,000-word minimum)"), ["minimum_words_missing"]),
    "last minimum lost": (_without(" (500-word minimum)"), ["minimum_words_missing"]),
    "minimum of nothing": (_without("1,000-word", "0-word"), ["minimum_words_missing"]),
    "a maximum instead": (
        _without("500-word minimum", "up to 500 words"),
        ["minimum_words_missing"],
    ),
    "two minimums": (
        _without("1,000-word minimum", "1,000-word minimum, at least 800 words"),
        ["minimum_words_unclear"],
    ),
    "third part lost": (_cut("Part 3", "Enroll Now"), ["part_missing"]),
    "two parts lost": (_cut("Part 2", "Enroll Now"), ["part_missing", "part_missing"]),
    "fourth part": (
        _without("Enroll Now", "Part 4 – Interview\nMeet us (200 words).\n\nEnroll Now"),
        ["unexpected_part"],
    ),
    "part without title": (
        _without("Part 1 – Overview Questions", "Part 1"),
        ["part_title_missing"],
    ),
    "overview lost": (_without("Overview – " + PAGE.overview), ["overview_missing"]),
    "two entries on one page": (
        f"{_TEXT}\n\n{_TEXT.replace('Gather', 'Collect').replace('Whom', 'Who')}",
        ["outcomes_repeated", "part_repeated"],
    ),
    "an outcome beyond all measure": (
        _without(OUTCOMES[0], "Gather " + "very " * OUTCOME_LIMIT + "much."),
        ["text_too_long"],
    ),
}


@pytest.mark.parametrize(("text", "codes"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_what_is_wrong_is_said_and_nothing_else(text: str, codes: list[str]) -> None:
    """Each gap gives exactly its own problem, and the rest of the page is still read."""
    draft, found = _codes(text)
    assert found == codes
    assert draft.title == TITLE
    said = {" ".join(line.split()).casefold() for line in text.splitlines()}
    for item in draft.outcomes:
        assert any(line.endswith(item.casefold()) for line in said)


def test_outcomes_are_never_invented() -> None:
    """The overview may say the same in other words: a lost list stays lost."""
    text = _without(OUTCOME_LIST).replace(
        PAGE.overview, "The skills are: 1. Gather. 2. Weigh. 3. Report."
    )
    draft, codes = _codes(text)
    assert (draft.outcomes, codes) == ((), ["outcomes_missing"])


def test_a_count_never_changes_the_list() -> None:
    """A wrong count is reported with both numbers; the list stays as it is printed."""
    draft, _ = _codes(_without("following essential", "following five essential"))
    assert draft.outcomes == OUTCOMES
    assert re.search(r"\b5\b.*\b3\b", draft.problems[0].message)


def test_the_fourth_part_pollutes_nothing() -> None:
    """A part that the programme does not know is named and left out."""
    draft, _ = _codes(PROBLEMS["fourth part"][0])
    assert [part.number for part in draft.parts] == [1, 2, 3]
    assert draft.parts[2].minimum_words == 500


def test_purchase_steps_are_no_questions() -> None:
    """A numbered list in the footer right after the last part on the page is not read into it."""
    draft, _ = _codes(_cut("Part 2", "Enroll Now"))
    assert draft.parts[0].questions == QUESTIONS


NO_PAGES = {
    "empty": "",
    "blank": " \n\t\n\u200b\ufeff",
    "recipe": (
        "Overview\n\nApple pie\n\nPart 1: Dough\n1. Flour\n2. Salt\n\nPart 2: Filling\n1. Apples"
    ),
    "binary": "".join(map(chr, range(0x250))) * 4,
    "half characters": "\ud800\udfff" * 50,
    "menu": TOP + "\nMicro-Credential Overview\nMissouri Micro-Credential Library\n",
    "letter": (
        "Dear colleague, our new micro-credential asks for an overview of outcomes.\nPart 1 is fun."
    ),
    "markup": "<html><body><nav><ul><li>Overview</li></ul></nav><p>Not found</p></body></html>",
    "table": "name,email\nOverview,one@example.org\nPart 1,two@example.org\n",
}


@pytest.mark.parametrize("text", NO_PAGES.values(), ids=NO_PAGES.keys())
def test_what_is_no_library_page_is_called_so(text: str) -> None:
    """Nothing is read out of other texts, the JSON can be written, and no entry comes of it."""
    draft, codes = _codes(text)
    assert codes == ["not_a_library_page"]
    assert (draft.title, draft.overview, draft.outcomes, draft.parts) == ("", "", (), ())
    assert draft.model_dump_json()
    with pytest.raises(PageNotUsable):
        entry_of(draft)


@pytest.mark.parametrize("text", ["x" * (PAGE_LIMIT_BYTES + 1), "é" * 600_000, "a b\n" * 21_000])
def test_a_page_beyond_the_limit_is_not_read(text: str) -> None:
    """Bytes and lines are limited, and the limit is a problem, not a crash."""
    assert _codes(text)[1] == ["page_too_large"]


def test_a_long_page_within_the_limit_is_read() -> None:
    """Just below the limit the page is read like any other."""
    padding = "\n\n".join("A sentence of a long footer that nobody reads." for _ in range(9_000))
    assert _codes(f"{_TEXT}\n\n{padding}")[1] == []


def test_a_draft_without_a_title_is_no_entry() -> None:
    """What identifies an entry cannot be left out; the refusal names the fields."""
    draft = read_page(_TEXT, None).draft.model_copy(update={"title": "", "slug": ""})
    with pytest.raises(DraftNotUsable, match="slug, title"):
        entry_of(draft)
    entry = entry_of(read_page(_TEXT, None).draft)
    assert [outcome.text for outcome in entry.outcomes] == list(OUTCOMES)
    assert entry.part(1).questions == QUESTIONS


HOSTILE = [
    *("<", "<!--", "<p ", "<a b='", "<script>", "&", "(1) ", "1. a ", "• a ", "a; ", "A b c? "),
    *("Part 1 – ", "Essential Outcomes ", "Overview: ", "Overview Overview: ", "[a](", "**", "* "),
    *("1,000-word ", "minimum of ", "at least ", "identifies ", "following ", "Home > ", "\t", "-"),
    *("1. x:\n  - y\n", "Part 1 – Overview Questions\nWhat is a b c d?\n", "A b c.\n\n", "1\n\n"),
]


@pytest.mark.parametrize("fragment", HOSTILE)
def test_hostile_pages_end_soon(fragment: str) -> None:
    """Time grows with the page, not with its square: four times the text, not sixteen times.

    Measured in processor time of this process, the best of three, and without what earlier tests
    left to the garbage collector, so that a busy machine does not decide it.
    """
    head, tail = _TEXT.split(QUESTION_LIST)

    def seconds(size: int) -> float:
        text = head + fragment * (size // len(fragment)) + tail
        start = time.process_time()
        read_page(text, None)
        return time.process_time() - start

    gc.collect()
    gc.freeze()
    small, large = (min(seconds(size) for _ in range(3)) for size in (15_000, 60_000))
    gc.unfreeze()
    assert large < 10 * small + 0.25


@pytest.mark.parametrize(
    ("said", "minimums"),
    [
        ("(1,000-word minimum)", (1000,)),
        ("1000 words", (1000,)),
        ("a minimum of 1,000 words", (1000,)),
        ("at least 1,000 words", (1000,)),
        ("1.000-word minimum", (1000,)),
        ("1 000 words or more", (1000,)),
        ("no fewer than 500 words", (500,)),
        ("500+ words", (500,)),
        ("word minimum: 500", (500,)),
        ("minimum word count 500", (500,)),
        ("1,000–1,500 words", (1000,)),
        ("between 1,000 and 1,500 words", (1000,)),
        ("one thousand words", (1000,)),
        ("a minimum of five hundred (500) words", (500,)),
        ("1,000-word minimum; each answer at least 200 words", (1000,)),
        ("1,000-word minimum, at least 1000 words", (1000,)),
        ("at least 500 words, minimum of 600 words", (500, 600)),
        ("up to 500 words", ()),
        ("no more than 500 words", ()),
        ("500 words maximum", ()),
        ("500-word limit", ()),
        ("in 500 words or less", ()),
        ("in your own words", ()),
    ],
)
def test_minimums_are_read_as_pages_put_them(said: str, minimums: tuple[int, ...]) -> None:
    """Every wording of a minimum gives its number; a maximum gives none."""
    assert sorted(stated_minimums(f"Answer each question ({said}) with care.")) == sorted(minimums)


def test_shapes_and_text_agree() -> None:
    """The texts that these tests cut are really on the page that they cut."""
    assert OUTCOME_LIST in _TEXT
    assert QUESTION_LIST in _TEXT
    assert replace(PAGE, title="Other").text() != _TEXT
