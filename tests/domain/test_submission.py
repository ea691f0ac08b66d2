"""Preflight, identity warnings, and what is frozen when a part is handed in again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import Item, items_of
from domain.catalog import CatalogEntry, EssentialOutcome, Part
from domain.evidence import Evidence, Inspection, Stored
from domain.findings import Finding, FindingCode
from domain.locators import Locator, Moment, Page
from domain.media import ArtifactKind
from domain.submission import (
    Artifact,
    Draft,
    PartBlocked,
    Practitioner,
    carried_forward,
    identity_warnings,
    part_items,
    preflight,
    words_of,
)

ENTRY = CatalogEntry(
    library="general",
    slug="steady-hands",
    title="Steady Hands",
    overview="Lead calmly.",
    outcomes=(EssentialOutcome(text="Plan.", details=("A written plan.", "A shared plan.")),),
    parts=(
        Part(number=1, title="Questions", minimum_words=10, questions=("How?", "Why?")),
        Part(number=2, title="Portfolio"),
        Part(number=3, title="Reflection", minimum_words=5),
    ),
)
ITEMS = items_of(ENTRY)
PLAN = Artifact(
    id="f1",
    name="plan.pdf",
    stored=Stored(sha256="0" * 64, size=10),
    inspection=Inspection(kind=ArtifactKind.PDF, media_type="application/pdf", size=10, pages=3),
)
FILES = {"f1": PLAN}


def check(draft: Draft, open_items: tuple[Item, ...] | None = None) -> list[tuple[str, str]]:
    """Return the findings of a preflight, as code and what they are about."""
    items = part_items(ITEMS, draft.part) if open_items is None else open_items
    return [(each.code, each.concerns) for each in preflight(ENTRY, items, draft, FILES)]


def narrative(*answers: str) -> Draft:
    """Return a draft of part 1."""
    return Draft(part=1, answers={f"question/{n}": text for n, text in enumerate(answers, 1)})


def pointing(
    locator: Locator | None = None, explanation: str = "It shows the plan.", artifact: str = "f1"
) -> Evidence:
    """Return a piece of evidence."""
    return Evidence(
        artifact_id=artifact, locator=locator or Page(number=1), explanation=explanation
    )


def portfolio(*pieces: Evidence) -> Draft:
    """Return a draft of part 2 with these pieces for the first detail, and good ones besides."""
    return Draft(part=2, evidence={"detail/1.1": pieces, "detail/1.2": (pointing(),)})


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        pytest.param(narrative("word " * 5, "word " * 5), [], id="at the minimum"),
        pytest.param(
            narrative("word " * 5, "word " * 4),
            [(FindingCode.TOO_FEW_WORDS, "part/1")],
            id="one word short",
        ),
        pytest.param(
            narrative("word " * 10),
            [(FindingCode.ANSWER_MISSING, "question/2")],
            id="enough words, one question without an answer",
        ),
        pytest.param(
            narrative(" — … ", "word " * 10),
            [(FindingCode.ANSWER_MISSING, "question/1")],
            id="signs are no answer",
        ),
        pytest.param(
            Draft(part=1),
            [
                (FindingCode.ANSWER_MISSING, "question/1"),
                (FindingCode.ANSWER_MISSING, "question/2"),
                (FindingCode.TOO_FEW_WORDS, "part/1"),
            ],
            id="nothing yet",
        ),
        pytest.param(Draft(part=3, answers={"reflection": "a b c d e"}), [], id="a reflection"),
        pytest.param(
            Draft(part=3, answers={"reflection": "a b c d"}),
            [(FindingCode.TOO_FEW_WORDS, "part/3")],
            id="a short reflection",
        ),
    ],
)
def test_a_narrative_is_checked_for_answers_and_words(
    draft: Draft, expected: list[tuple[str, str]]
) -> None:
    """Proves: all that blocks a narrative is listed at once; the minimum itself is enough."""
    assert check(draft) == expected


def test_the_number_of_missing_words_is_told() -> None:
    """Proves: the sentence says how many there are, how many are needed, and how many are left."""
    (finding,) = preflight(ENTRY, part_items(ITEMS, 1), narrative("word " * 6, "one"), {})
    assert "has 7 words" in finding.sentence
    assert "at least 10" in finding.sentence
    assert "3 more" in finding.sentence


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        pytest.param(portfolio(pointing()), [], id="complete"),
        pytest.param(
            portfolio(), [(FindingCode.EVIDENCE_MISSING, "detail/1.1")], id="a detail without"
        ),
        pytest.param(
            portfolio(pointing(artifact="f-gone")),
            [(FindingCode.ARTIFACT_UNKNOWN, "detail/1.1")],
            id="a file that is not here",
        ),
        pytest.param(
            portfolio(pointing(Page(number=4))),
            [(FindingCode.PAGE_OUTSIDE, "detail/1.1")],
            id="a page that is not in the file",
        ),
        pytest.param(
            portfolio(pointing(Moment(at=timedelta(seconds=5)))),
            [(FindingCode.LOCATOR_DOES_NOT_FIT, "detail/1.1")],
            id="a time in a document",
        ),
        pytest.param(
            portfolio(pointing(explanation=" … ")),
            [(FindingCode.EXPLANATION_MISSING, "detail/1.1")],
            id="no explanation",
        ),
        pytest.param(
            portfolio(pointing(), pointing(Page(number=9), explanation="")),
            [
                (FindingCode.PAGE_OUTSIDE, "detail/1.1"),
                (FindingCode.EXPLANATION_MISSING, "detail/1.1"),
            ],
            id="a second piece with two faults",
        ),
    ],
)
def test_a_portfolio_needs_evidence_for_every_detail(
    draft: Draft, expected: list[tuple[str, str]]
) -> None:
    """Proves: every detail needs a piece, and every piece a file that is here, a place that exists
    in it, and words that explain it; one good piece does not cover a bad one.
    """
    assert check(draft) == expected


def test_only_what_is_open_is_asked_for() -> None:
    """Proves: in a later round nothing is demanded for what was met before."""
    open_items = tuple(item for item in ITEMS if item.key == "detail/1.2")
    draft = Draft(part=2, evidence={"detail/1.2": (pointing(),)})
    assert check(draft, open_items) == []


def test_a_finding_names_no_file_that_cannot_be_shown() -> None:
    """Proves: a refusal by its findings counts them and keeps them for the page."""
    findings = (Finding(code=FindingCode.TOO_FEW_WORDS, sentence="More words.", concerns="part/1"),)
    refusal = PartBlocked(1, findings)
    assert refusal.points == findings
    assert str(refusal).startswith("Part 1 cannot be submitted yet: 1 ")


PERSON = Practitioner(name="Pat Example", address="pat@example.org")


@pytest.mark.parametrize(
    ("draft", "files", "where"),
    [
        (narrative("I am PAT example.", "-"), {}, ["the text of question/1"]),
        (narrative("-", "mail Pat@Example.org"), {}, ["the text of question/2"]),
        (
            portfolio(pointing(explanation="by pat example")),
            FILES,
            ["the explanation of detail/1.1"],
        ),
        (
            portfolio(pointing()),
            {"f1": PLAN.model_copy(update={"name": "plan of Pat Example.pdf"})},
            ["a file name of detail/1.1", "a file name of detail/1.2"],
        ),
        (narrative("Pat", "Example"), {}, []),
        (portfolio(pointing(artifact="f-gone")), {}, []),
    ],
)
def test_a_name_that_shows_is_warned_about(
    draft: Draft, files: dict[str, Artifact], where: list[str]
) -> None:
    """Proves: assessment is blind: the practitioner's name or address in texts, explanations and
    file names is pointed out, in any case of letters; and it blocks nothing.
    """
    warnings = identity_warnings(PERSON, draft, files)
    assert [each.concerns for each in warnings] == where
    assert {each.code for each in warnings} <= {FindingCode.IDENTITY_SHOWN}
    assert not any("pat" in each.sentence.casefold() for each in warnings)


def test_an_unknown_name_warns_about_nothing() -> None:
    """Proves: a person without a name does not show everywhere."""
    assert identity_warnings(Practitioner(name="", address=""), narrative("a", "b"), {}) == ()


KEYS = st.sampled_from(["question/1", "question/2", "question/3"])
ANSWERS = st.dictionaries(KEYS, st.text(max_size=5))


@given(ANSWERS, ANSWERS, st.frozensets(KEYS))
def test_what_was_met_is_frozen_as_it_was(
    before: dict[str, str], now: dict[str, str], open_keys: frozenset[str]
) -> None:
    """Proves: an item that is open is taken from the new draft, one that is locked from the old
    revision, whatever somebody wrote beside it.
    """
    frozen = carried_forward(Draft(part=1, answers=before), Draft(part=1, answers=now), open_keys)
    for key in ("question/1", "question/2", "question/3"):
        source = now if key in open_keys else before
        assert frozen.answers.get(key) == source.get(key)


def test_evidence_that_was_met_is_frozen_as_it_was() -> None:
    """Proves: the same holds for evidence, and a first round has nothing to carry."""
    old, new = (pointing(Page(number=1)),), (pointing(Page(number=2)),)
    before = Draft(part=2, version=4, evidence={"detail/1.1": old, "detail/1.2": old})
    now = Draft(part=2, version=2, evidence={"detail/1.1": new, "detail/1.2": new})
    frozen = carried_forward(before, now, frozenset({"detail/1.2"}))
    assert frozen.evidence == {"detail/1.1": old, "detail/1.2": new}
    assert frozen.version == 2
    assert carried_forward(None, now, frozenset()) == now


@given(st.dictionaries(KEYS, st.integers(0, 40).map(lambda count: "word " * count)))
def test_the_words_of_a_part_are_those_of_its_answers(answers: dict[str, str]) -> None:
    """Proves: every answer counts, once, by the published rule."""
    assert words_of(Draft(part=1, answers=answers)) == sum(
        len(text.split()) for text in answers.values()
    )
