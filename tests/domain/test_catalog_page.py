"""The importer on pages of every shape: what stands on the page comes out, and nothing else."""

import json
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalog import CatalogEntry, publication_problems
from domain.catalog_page import entry_of, read_page
from domain.catalog_supplement import CatalogSupplement, supplemented
from tests.domain.library_pages import (
    FOOT,
    MARKERS,
    OUTCOME_LIST,
    OUTCOMES,
    OVERVIEW,
    PAGE,
    QUESTIONS,
    SHAPE,
    TITLE,
    TOP,
    Shape,
    assert_whole,
    draft_of,
    swapped,
)

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the library's own pages are not here")


@pytest.mark.parametrize("marker", MARKERS.values(), ids=MARKERS.keys())
@pytest.mark.parametrize("is_spaced", [False, True], ids=["tight", "spaced"])
def test_items_are_found_under_every_mark(marker: object, is_spaced: bool) -> None:
    """Numbers, letters, bullets: the mark changes, the items stay."""
    assert callable(marker)
    assert_whole(draft_of(PAGE.text(replace(SHAPE, marker=marker, is_spaced=is_spaced))))


SHAPES = {
    "plain": SHAPE,
    "hyphen": replace(SHAPE, dash=" - "),
    "em dash": replace(SHAPE, dash="—"),
    "minus": replace(SHAPE, dash=" − "),
    "colon": replace(SHAPE, dash=": "),
    "stop": replace(SHAPE, dash=". "),
    "nothing": replace(SHAPE, dash=" "),
    "glued": replace(SHAPE, dash=""),
    "new line": replace(SHAPE, dash="\n"),
    "capitals": replace(
        SHAPE,
        overview_label="OVERVIEW",
        outcomes_label="ESSENTIAL OUTCOMES",
        part=lambda n: ("PART ONE", "PART TWO", "PART THREE")[n - 1],
    ),
    "roman parts": replace(SHAPE, part=lambda n: "Part " + "I" * n),
    "parts of three": replace(SHAPE, part="Part {} of 3".format),
    "markdown": replace(
        SHAPE,
        dash="\n",
        part="### **Part {}:** ".format,
        overview_label="## Overview",
        outcomes_label="## **Essential Outcomes**",
    ),
    "counted in words": replace(SHAPE, count="three"),
    "counted in figures": replace(SHAPE, count="3"),
    "counted twice": replace(SHAPE, count="three (3)"),
    "counted in brackets": replace(SHAPE, outcomes_label="Essential Outcomes (3)"),
    "learning outcomes": replace(SHAPE, outcomes_label="Learning Outcomes"),
    "restarting": replace(SHAPE, restart_after=2),
    "no indent": replace(SHAPE, indent=0),
    "deep indent": replace(SHAPE, indent=12),
    "bare": replace(SHAPE, has_surroundings=False),
    "no blank lines": replace(SHAPE, has_blank_lines=False),
    "wrapped": replace(SHAPE, width=60),
    "wrapped narrowly": replace(SHAPE, width=34),
    "wrapped without blank lines": replace(SHAPE, width=48, has_blank_lines=False),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_pages_of_every_shape_come_out_whole(shape: Shape) -> None:
    """Dashes, labels, counts, wrapping and spacing make no difference to what is read."""
    assert_whole(draft_of(PAGE.text(shape)))


TITLES = [
    "Equity & Access",
    "Coaching (Part of the People Stack)",
    "Coaching 101: Getting Started",
    "Overview of School Law",
    "Outcomes-Based Grading",
    "Requirements for Inclusion",
    "Part-Time Staff and the Timetable",
    "Reflection and Growth",
    "21st Century Rooms",
    "The Principal as Coach",
    "What Culture Has Become",
    "Who Leads?",
    "Home-School Partnerships",
    "Back to Basics",
    "Data-Driven – Not Data-Drowned",
    "Hiring / Keeping Staff",
    "Purchase and Budget",
]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("dash", [" – ", ""], ids=["dash", "glued"])
def test_titles_are_taken_as_they_are(title: str, dash: str) -> None:
    """A title that looks like a heading, a menu or a list mark is still the title."""
    page = replace(PAGE, title=title, overview="All about it, from beginning to end.")
    assert_whole(draft_of(page.text(replace(SHAPE, dash=dash))), page)


HARD_ITEMS = [
    "Explain how Part 1 of the plan was kept; name who kept it.",
    "Describe (1) the aim, (2) the way and (3) the end.",
    "Show what changed between 2018 and 2024 in grades 3 to 5.",
    "Use a 90-day plan: begin, look, go on.",
    "Name the Essential Outcomes of an earlier year that still matter.",
    "Decide (with 2. and 3. chosen by others) what comes first.",
    "1,000 pupils were asked; what did they say?",
]


@pytest.mark.parametrize("item", HARD_ITEMS)
@pytest.mark.parametrize("width", [0, 24, 33, 40], ids=["whole", "24", "33", "40"])
def test_items_that_hold_marks_stay_one(item: str, width: int) -> None:
    """Numbers, semicolons and headings inside an item divide nothing, wherever the line breaks."""
    page = replace(PAGE, outcomes=(OUTCOMES[0], item), questions=(QUESTIONS[0], item, QUESTIONS[1]))
    assert_whole(draft_of(page.text(replace(SHAPE, width=width))), page)


def test_a_year_at_the_start_of_a_line_is_no_number() -> None:
    """ "2018." after a line break belongs to the sentence before."""
    item = "Build on the standards (National Association, 2018. Third edition) every day."
    page = replace(PAGE, outcomes=(item, OUTCOMES[0]))
    text = page.text().replace("Association, 2018.", "Association,\n2018.")
    assert_whole(draft_of(text), page)


def test_inner_lists_stay_with_their_item() -> None:
    """Bullets under a numbered outcome are part of it, not outcomes of their own."""
    text = swapped("  2. Weigh", "     • at home\n     • at school\n  2. Weigh")
    draft = draft_of(text)
    assert draft.outcomes == (f"{OUTCOMES[0]}\n- at home\n- at school", *OUTCOMES[1:])
    assert draft.problems == ()


def test_semicolons_divide_outcomes_in_one_sentence() -> None:
    """ "…; …; and …" after the announcement is a list; its joints are not part of the items."""
    run = "Gather views, early and late; Weigh them well; and Report back to all."
    draft = draft_of(swapped(":\n\n" + OUTCOME_LIST, f": {run}"))
    assert draft.outcomes == (
        "Gather views, early and late",
        "Weigh them well",
        "Report back to all",
    )


def test_lines_without_marks_count_if_the_page_states_their_number() -> None:
    """Marks lost in copying do not lose the outcomes when the announced count agrees."""
    page = PAGE.text(replace(SHAPE, count="three", marker=lambda _: ""))
    assert_whole(draft_of(page))


@pytest.mark.parametrize(
    ("line", "library"),
    [
        ("Return to Full MO MC Library", "missouri"),
        ("Back to the Missouri Micro-Credential Library", "missouri"),
        ("Home > Missouri Library > Listening", "missouri"),
        ("Return to Full MC Library", "general"),
        ("Missouri Micro-Credential Library", "general"),
        ("Back to Micro-Credential Stack", "general"),
    ],
)
def test_the_way_back_tells_the_library(line: str, library: str) -> None:
    """Only a way back says where a page belongs; a menu that lists the libraries says nothing."""
    text = PAGE.text(replace(SHAPE, has_surroundings=False))
    reading = read_page(f"{line}\n\n{text}", None)
    assert (reading.draft.library, reading.library_is_guessed) == (library, True)
    assert_whole(reading.draft)
    named = read_page(f"{line}\n\n{text}", "Missouri")
    assert (named.draft.library, named.library_is_guessed) == ("missouri", False)


_WORDS = st.sampled_from(
    [
        *("school", "staff", "pupils", "families", "time", "plan", "trust", "rooms", "about"),
        *("every", "3 or", "2018", "(1) the", "well-being;", "Part 1", "Part 1 of", "and,"),
    ]
)
_BODY = st.lists(_WORDS, min_size=4, max_size=25).map(" ".join)
_VERBS = st.sampled_from(["Build", "Share", "Describe", "Lead", "Name"])
_ITEMS = st.lists(
    st.builds("{} {} {}{}".format, _VERBS, st.text(string.ascii_lowercase, min_size=6, max_size=6),
              _BODY, st.sampled_from([" again.", " again", " again?"])),
    min_size=2, max_size=7, unique=True,
).map(tuple)  # fmt: skip
_MARKS = st.sampled_from([name for name in MARKERS if name != "question label"])
_SHAPES = st.builds(
    Shape,
    dash=st.sampled_from([" – ", " - ", " — ", ": ", ". ", " ", ""]),
    marker=_MARKS.map(MARKERS.__getitem__),
    indent=st.sampled_from([0, 2, 4]),
    width=st.sampled_from([0, 40, 66]),
    restart_after=st.sampled_from([0, 1, 2, 3]),
    is_spaced=st.booleans(),
    has_blank_lines=st.booleans(),
    has_surroundings=st.booleans(),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(outcomes=_ITEMS, questions=_ITEMS, shape=_SHAPES)
def test_items_in_are_items_out(
    outcomes: tuple[str, ...], questions: tuple[str, ...], shape: Shape
) -> None:
    """Whatever the items hold and however they are set, the same items come out, in order."""
    draft = draft_of(replace(PAGE, outcomes=outcomes, questions=questions).text(shape))
    assert [problem.message for problem in draft.problems] == []
    assert draft.outcomes == outcomes
    assert draft.parts[0].questions == questions
    assert (draft.title, draft.overview) == (TITLE, OVERVIEW)


@needs_seeds
@pytest.mark.parametrize(
    ("name", "library", "title", "outcomes", "questions"),
    [
        ("building-internal-relationships", "missouri", "Building Internal Relationships", 4, 5),
        ("leading-vision-and-mission", "general", "Leading Vision and Mission", 3, 4),
    ],
)
def test_the_library_s_own_pages_come_out_whole(
    name: str, library: str, title: str, outcomes: int, questions: int
) -> None:
    """The two real pages: every item, both minimums, no word of menu or footer, no problem."""
    text = (SEEDS / f"{name}.txt").read_text(encoding="utf-8")
    draft = draft_of(text)
    assert (draft.library, draft.slug, draft.title) == (library, name, title)
    assert (len(draft.outcomes), len(draft.parts[0].questions)) == (outcomes, questions)
    assert [part.minimum_words for part in draft.parts] == [1000, None, 500]
    assert draft.problems == ()
    lines = {" ".join(line.split()) for line in text.splitlines()}
    for item in (*draft.outcomes, *draft.parts[0].questions):
        assert any(line.partition(" ")[2] == item for line in lines)
    assert any(line.endswith(draft.overview) for line in lines)


@pytest.mark.parametrize(
    ("name", "library", "outcomes", "questions"),
    [
        ("welcoming-new-teachers", "general", 2, 4),
        ("talking-about-teaching", "general", 3, 4),
        ("listening-to-families", "general", 2, 3),
        ("running-meetings-that-decide", "missouri", 3, 5),
    ],
)
def test_the_sample_catalogue_can_be_published(
    name: str, library: str, outcomes: int, questions: int
) -> None:
    """A clone without the library's pages has entries of its own that are ready for sale."""
    folder = ROOT / "samples" / "catalog"
    draft = draft_of((folder / f"{name}.txt").read_text(encoding="utf-8"))
    assert (draft.library, draft.slug, draft.problems) == (library, name, ())
    assert (len(draft.outcomes), len(draft.parts[0].questions)) == (outcomes, questions)
    said = (folder / f"{name}.details.json").read_text(encoding="utf-8")
    entry = supplemented(entry_of(draft), CatalogSupplement.model_validate_json(said))
    assert isinstance(entry, CatalogEntry)
    assert publication_problems(entry) == ()


def test_the_draft_has_the_published_form() -> None:
    """The JSON of a draft has these keys in this order; other programs rely on them."""
    shown = json.loads(draft_of(swapped("(1,000-word minimum)", "")).model_dump_json())
    assert list(shown) == [
        *("library", "slug", "title", "overview", "outcomes", "parts", "problems"),
    ]
    assert list(shown["parts"][0]) == ["number", "title", "minimum_words", "questions"]
    assert shown["parts"][0]["minimum_words"] is None
    assert list(shown["problems"][0]) == ["code", "message"]
    assert shown["problems"][0]["code"] == "minimum_words_missing"


def test_surroundings_do_not_matter() -> None:
    """The menus and footers of the other tests are really there, and really left out."""
    assert TOP in PAGE.text()
    assert FOOT in PAGE.text()
    said = draft_of(PAGE.text()).model_dump_json()
    assert not any(word in said for word in ("Association", "Skip", "Catalog of", "account"))
