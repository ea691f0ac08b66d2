"""The catalogue's own rules: identity, details, and what may be published."""

import pytest
from pydantic import ValidationError

from domain.catalog import (
    DETAIL_LIMIT,
    DETAILS_LIMIT,
    SLUG_LIMIT,
    TITLE_LIMIT,
    CatalogEntry,
    CatalogKey,
    EssentialOutcome,
    Part,
    ProblemCode,
    publication_problems,
    refuse_unless_publishable,
    slug_of,
    with_detail,
)
from domain.catalog_refusals import (
    DetailEmpty,
    DetailNotPlain,
    DetailRepeated,
    DetailTooLong,
    EntryWithoutOutcomes,
    EntryWithoutOverview,
    EntryWithoutPart,
    EntryWithoutQuestions,
    EntryWithoutWordRule,
    OutcomeUnknown,
    OutcomeWithoutDetail,
    PartUnknown,
    TooManyDetails,
)
from domain.catalog_supplement import (
    CatalogSupplement,
    SupplementCountDiffers,
    SupplementOfAnotherEntry,
    supplemented,
)
from domain.refusals import Refusal

PARTS = (
    Part(number=1, title="Overview Questions", minimum_words=1000, questions=("Why here?",)),
    Part(number=2, title="Portfolio"),
    Part(number=3, title="Reflection", minimum_words=500),
)
ENTRY = CatalogEntry(
    library="general",
    slug="listening-before-deciding",
    title="Listening Before Deciding",
    overview="About listening.",
    outcomes=(
        EssentialOutcome(text="Gather views.", details=("Three groups were asked.",)),
        EssentialOutcome(text="Weigh them.", details=("Evidence is named.",)),
    ),
    parts=PARTS,
)


def _changed(**changes: object) -> CatalogEntry:
    return CatalogEntry.model_validate({**ENTRY.model_dump(), **changes})


def test_identity_is_library_and_slug() -> None:
    """The same title in two libraries is two micro-credentials; the title plays no part."""
    elsewhere = _changed(library="missouri")
    renamed = _changed(title="Another Title")
    assert elsewhere.key != ENTRY.key
    assert renamed.key == ENTRY.key
    assert str(elsewhere.key) == "missouri/listening-before-deciding"
    assert len({ENTRY.key, renamed.key, elsewhere.key}) == 2


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Leading Change", "leading-change"),
        ("  Leading   Change!  ", "leading-change"),
        ("Equity & Access (Grades K–5)", "equity-and-access-grades-k-5"),
        ("The Principal’s Day", "the-principals-day"),
        ("Führung für alle", "fuhrung-fur-alle"),
        ("21st-Century Skills", "21st-century-skills"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_slug_follows_the_title(title: str, slug: str) -> None:
    """A slug holds only what a key allows, and equal titles get equal slugs."""
    assert slug_of(title) == slug


@pytest.mark.parametrize(
    "title", ["領導", "?!", "half a \ud800 letter", "x" * 500, "é" * 500, "a-" * 300]
)
def test_every_title_gets_a_slug_that_a_key_takes(title: str) -> None:
    """Titles without a Latin letter, and very long ones, still identify an entry, stably."""
    slug = slug_of(title)
    assert CatalogKey(library="general", slug=slug).slug == slug_of(title)
    assert 0 < len(slug) <= SLUG_LIMIT


@pytest.mark.parametrize("slug", ["", "Two", "a b", "-a", "a--b", "a/b", "ä", "a" * 101, "a\n"])
def test_a_key_refuses_what_is_no_slug(slug: str) -> None:
    """Nothing that could be read as two parts, or in two ways, becomes a key."""
    with pytest.raises(ValidationError):
        CatalogKey(library="general", slug=slug)


def test_entries_do_not_change() -> None:
    """A published version is a value: writing to it fails, and a change makes another one."""
    with pytest.raises(ValidationError):
        ENTRY.__setattr__("title", "Other")
    changed = with_detail(ENTRY, 1, "Silent people were asked again.")
    assert len(ENTRY.outcomes[0].details) == 1
    assert changed.outcomes[0].details[-1] == "Silent people were asked again."
    assert changed.outcomes[1] == ENTRY.outcomes[1]


@pytest.mark.parametrize(
    ("number", "text", "refusal"),
    [
        (0, "Something.", OutcomeUnknown),
        (3, "Something.", OutcomeUnknown),
        (-1, "Something.", OutcomeUnknown),
        (1, "", DetailEmpty),
        (1, " \u200b ", DetailEmpty),
        (1, "...", DetailEmpty),
        (1, "Three groups were asked.", DetailRepeated),
        (1, "  three  GROUPS were asked ", DetailRepeated),
        (1, "x" * (DETAIL_LIMIT + 1), DetailTooLong),
        (1, "tab\there", DetailNotPlain),
        (1, "bell\x07", DetailNotPlain),
        (1, "two\nlines", DetailNotPlain),
        (1, "turned \u202e round", DetailNotPlain),
        (1, "half \ud800", DetailNotPlain),
    ],
)
def test_a_detail_is_refused(number: int, text: str, refusal: type[Refusal]) -> None:
    """A detail that cannot be scored, or would be scored twice, is refused with its own reason."""
    with pytest.raises(refusal) as refused:
        with_detail(ENTRY, number, text)
    assert "{" not in str(refused.value)


def test_a_detail_may_be_as_long_as_the_limit_and_stand_under_two_outcomes() -> None:
    """The limit itself is allowed; only within one outcome does a repetition count."""
    longest = with_detail(ENTRY, 1, "x" * DETAIL_LIMIT)
    twice = with_detail(longest, 2, "Three groups were asked.")
    assert len(twice.outcomes[0].details[1]) == DETAIL_LIMIT
    assert twice.outcomes[1].details[1] == "Three groups were asked."


def test_details_have_an_end() -> None:
    """One more than the limit is refused before the entry would break its own rule."""
    entry = _changed(outcomes=[{"text": "Gather."}])
    for number in range(DETAILS_LIMIT):
        entry = with_detail(entry, 1, f"Detail {number}.")
    with pytest.raises(TooManyDetails):
        with_detail(entry, 1, "One too many.")


def test_a_complete_entry_may_be_published() -> None:
    """With details, questions, three parts and word rules nothing stands in the way."""
    refuse_unless_publishable(ENTRY)
    assert publication_problems(ENTRY) == ()


@pytest.mark.parametrize(
    ("changes", "refusal", "said"),
    [
        ({"outcomes": ()}, EntryWithoutOutcomes, "no essential outcomes"),
        (
            {"outcomes": [{"text": "A."}, {"text": "B.", "details": ("x",)}, {"text": "C."}]},
            OutcomeWithoutDetail,
            "outcome 1, 3.",
        ),
        ({"parts": PARTS[:2]}, EntryWithoutPart, "Part 3"),
        ({"parts": ()}, EntryWithoutPart, "Part 1, 2, 3"),
        (
            {"parts": (PARTS[0].model_copy(update={"questions": ()}), *PARTS[1:])},
            EntryWithoutQuestions,
            "questions",
        ),
        (
            {"parts": (*PARTS[:2], PARTS[2].model_copy(update={"minimum_words": None}))},
            EntryWithoutWordRule,
            "part 3",
        ),
        ({"overview": " "}, EntryWithoutOverview, "overview"),
    ],
)
def test_an_incomplete_entry_is_not_published(
    changes: dict[str, object], refusal: type[Refusal], said: str
) -> None:
    """Each gap is refused by itself, names the numbers, and shows up in the list of problems."""
    entry = _changed(**changes)
    with pytest.raises(refusal) as refused:
        refuse_unless_publishable(entry)
    assert said in str(refused.value)
    problems = publication_problems(entry)
    assert [problem.code for problem in problems] == [ProblemCode(refusal.code)]
    assert problems[0].message == str(refused.value)


def test_all_gaps_are_listed_at_once() -> None:
    """Staff see everything that is missing, not one thing after the other."""
    codes = {problem.code for problem in publication_problems(_changed(outcomes=(), parts=()))}
    assert codes == {ProblemCode.OUTCOMES_MISSING, ProblemCode.PART_MISSING}


def test_parts_are_found_by_number() -> None:
    """A part is known by its number; one that the entry lacks is refused by name."""
    assert ENTRY.part(3).minimum_words == 500
    with pytest.raises(PartUnknown):
        _changed(parts=PARTS[:1]).part(2)


@pytest.mark.parametrize(
    "changes",
    [
        {"parts": (PARTS[0], PARTS[0])},
        {"parts": (PARTS[1], PARTS[0])},
        {"title": "x" * (TITLE_LIMIT + 1)},
        {"title": "bell\x07"},
        {"price_cents": -1},
        {"currency": "dollars"},
        {"parts": [{"number": 4, "title": "Interview"}]},
        {"parts": [{"number": 1, "title": "Questions", "minimum_words": 0}]},
        {"colour": "red"},
    ],
)
def test_an_entry_keeps_its_limits(changes: dict[str, object]) -> None:
    """What breaks a limit, or is not known, never becomes an entry."""
    with pytest.raises(ValidationError):
        _changed(**changes)


def test_a_supplement_completes_the_entry_that_it_names() -> None:
    """Details and terms of sale arrive together; another entry, or another count, is refused."""
    bare = _changed(outcomes=[{"text": "Gather."}, {"text": "Weigh."}])
    supplement = CatalogSupplement(
        library="general",
        slug="listening-before-deciding",
        details=(("One.", "Two."), ("Three.",)),
        price_cents=9500,
        pd_hours=12,
    )
    entry = supplemented(bare, supplement)
    refuse_unless_publishable(entry)
    assert [len(outcome.details) for outcome in entry.outcomes] == [2, 1]
    assert (entry.price_cents, entry.pd_hours) == (9500, 12)
    with pytest.raises(SupplementOfAnotherEntry):
        supplemented(_changed(library="missouri"), supplement)
    with pytest.raises(SupplementCountDiffers):
        supplemented(_changed(outcomes=[{"text": "Gather."}]), supplement)
