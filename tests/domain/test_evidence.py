"""Evidence: locators as people type them, and findings as teachers read them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.evidence import (
    DURATION_TOLERANCE,
    ArtifactKind,
    Evidence,
    Inspection,
    InspectionProblem,
    Locator,
    Moment,
    Page,
    PageRange,
    Slide,
    SlideRange,
    TimeRange,
    Whole,
    check_file,
    check_locator,
    describe,
    parse_locator,
)
from domain.findings import FindingCode
from domain.locators import LocatorBackwards, LocatorKind, LocatorNotUnderstood
from domain.media import promises_another_medium

_ANY_LOCATOR: TypeAdapter[Locator] = TypeAdapter(Locator)
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

PDF = Inspection(kind=ArtifactKind.PDF, media_type="application/pdf", size=9000, pages=12)
VIDEO = Inspection(
    kind=ArtifactKind.VIDEO,
    media_type="video/mp4",
    size=9000,
    duration=timedelta(minutes=14, seconds=32, milliseconds=400),
    has_sound=False,
)
AUDIO = Inspection(
    kind=ArtifactKind.AUDIO,
    media_type="audio/mpeg",
    size=9000,
    duration=timedelta(hours=1, seconds=5),
    has_sound=True,
)
SLIDES = Inspection(kind=ArtifactKind.SLIDES, media_type=_PPTX, size=9000, slides=9)
WORD = Inspection(kind=ArtifactKind.DOCUMENT, media_type=_DOCX, size=9000)
IMAGE = Inspection(kind=ArtifactKind.IMAGE, media_type="image/png", size=9000)


def _at(minutes: int, seconds: float) -> timedelta:
    return timedelta(minutes=minutes, seconds=seconds)


_NUMBERS = st.tuples(st.integers(1, 999_999), st.integers(1, 999_999)).map(sorted)
_TIMES = (
    st.tuples(st.integers(0, 359_999_999), st.integers(0, 359_999_999))
    .map(sorted)
    .map(lambda pair: [timedelta(milliseconds=each) for each in pair])
)
_PLACES: st.SearchStrategy[Locator] = st.one_of(
    _NUMBERS.map(lambda pair: Page(number=pair[0])),
    _NUMBERS.map(lambda pair: PageRange(first=pair[0], last=pair[1])),
    _NUMBERS.map(lambda pair: Slide(number=pair[0])),
    _NUMBERS.map(lambda pair: SlideRange(first=pair[0], last=pair[1])),
    _TIMES.map(lambda pair: Moment(at=pair[0])),
    _TIMES.map(lambda pair: TimeRange(start=pair[0], end=pair[1])),
    st.just(Whole()),
)


class TestLocators:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("page 3", Page(number=3)),
            ("p. 3", Page(number=3)),
            ("P.3", Page(number=3)),
            ("  Page  3. ", Page(number=3)),
            ("page 003", Page(number=3)),
            ("pages 3-5", PageRange(first=3, last=5)),
            ("pp. 3–5", PageRange(first=3, last=5)),
            ("pages 3 — 5", PageRange(first=3, last=5)),
            ("pages 3 to 5", PageRange(first=3, last=5)),
            ("pages 3-3", PageRange(first=3, last=3)),
            ("3:15", Moment(at=_at(3, 15))),
            ("at 3:15.5", Moment(at=_at(3, 15.5))),
            ("at 1:02:03", Moment(at=_at(62, 3))),
            ("75:10", Moment(at=_at(75, 10))),
            ("0:00", Moment(at=timedelta(0))),
            ("from 3:15 to 4:10", TimeRange(start=_at(3, 15), end=_at(4, 10))),
            ("3:15–4:10", TimeRange(start=_at(3, 15), end=_at(4, 10))),
            ("from 59:58 until 1:00:02", TimeRange(start=_at(59, 58), end=_at(60, 2))),
            ("slide 7", Slide(number=7)),
            ("slides 2–4", SlideRange(first=2, last=4)),
            ("Slides 2 through 4", SlideRange(first=2, last=4)),
            ("whole", Whole()),
            ("The whole image", Whole()),
            ("\uff50age\u00a03", Page(number=3)),
        ],
    )
    def test_what_people_type_is_understood(self, typed: str, expected: Locator) -> None:
        """Every spelling that the field's help shows, and the ones that people use instead."""
        assert parse_locator(typed) == expected

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "3",
            "page",
            "page 0",
            "page -3",
            "page three",
            "page 1234567",
            "pages 3,5",
            "page 3 and more",
            "3:60",
            "1:60:00",
            "3.15",
            "from 3:15",
            "slide 7 page 2",
            "see page 3 of the plan, where the team agreed on the norms for the meeting " * 2,
            "page 3\x00",
        ],
    )
    def test_anything_else_is_refused_with_examples(self, typed: str) -> None:
        """The refusal teaches: its examples are themselves understood."""
        with pytest.raises(LocatorNotUnderstood) as refused:
            parse_locator(typed)

        assert refused.value.code == "locator_not_understood"
        examples = str(refused.value).partition("these: ")[2].removesuffix(".").split(", ")
        assert {parse_locator(example).kind for example in examples} == set(LocatorKind)

    @pytest.mark.parametrize("typed", ["pages 5-3", "slides 4–2", "from 4:10 to 3:15"])
    def test_a_range_runs_forwards(self, typed: str) -> None:
        """A range that is turned round is a slip of its own, with a sentence of its own."""
        with pytest.raises(LocatorBackwards) as refused:
            parse_locator(typed)
        assert refused.value.code == "locator_backwards"

    @given(_PLACES)
    def test_a_locator_is_said_and_sent_without_loss(self, locator: Locator) -> None:
        """What is described reads back as the same place, and so does what the portal sends."""
        assert parse_locator(describe(locator)) == locator
        assert _ANY_LOCATOR.validate_json(_ANY_LOCATOR.dump_json(locator)) == locator

    @given(st.text(max_size=120))
    def test_no_text_does_anything_but_be_read_or_refused(self, typed: str) -> None:
        """Whatever stands in the field, the answer is a place or one of the two refusals."""
        try:
            place = parse_locator(typed)
        except (LocatorNotUnderstood, LocatorBackwards):
            return
        assert parse_locator(describe(place)) == place

    @pytest.mark.parametrize(
        "sent",
        [
            '{"kind": "page", "number": 0}',
            '{"kind": "page_range", "first": 5, "last": 3}',
            '{"kind": "time_range", "start": 20, "end": 10}',
            '{"kind": "moment", "at": -1}',
            '{"kind": "moment", "at": 1e12}',
            '{"kind": "page", "number": 3, "note": "x"}',
            '{"kind": "paragraph", "number": 3}',
        ],
    )
    def test_a_place_that_cannot_be_is_refused_as_data(self, sent: str) -> None:
        """The rules hold for what programs send too, not only for what people type."""
        with pytest.raises(ValidationError):
            _ANY_LOCATOR.validate_json(sent)


class TestPlaces:
    @pytest.mark.parametrize(
        ("typed", "inspection"),
        [
            ("page 1", PDF),
            ("page 12", PDF),
            ("pages 1-12", PDF),
            ("at 0:00", VIDEO),
            ("at 14:32", VIDEO),
            ("at 14:33", VIDEO),
            ("from 0:10 to 14:33.4", VIDEO),
            ("at 1:00:05", AUDIO),
            ("slide 9", SLIDES),
            ("slides 1-9", SLIDES),
            ("whole image", IMAGE),
        ],
    )
    def test_a_place_inside_is_no_finding(self, typed: str, inspection: Inspection) -> None:
        """Ends are included, and the second that players round up to is allowed."""
        assert check_locator(parse_locator(typed), inspection, "plan") is None

    @pytest.mark.parametrize(
        ("typed", "inspection", "code", "sentence"),
        [
            (
                "page 14",
                PDF,
                FindingCode.PAGE_OUTSIDE,
                "The file has 12 pages; page 14 does not exist.",
            ),
            (
                "pages 11-13",
                PDF,
                FindingCode.PAGE_OUTSIDE,
                "The file has 12 pages; page 13 does not exist.",
            ),
            (
                "page 2",
                PDF.model_copy(update={"pages": 1}),
                FindingCode.PAGE_OUTSIDE,
                "The file has 1 page; page 2 does not exist.",
            ),
            (
                "at 15:02",
                VIDEO,
                FindingCode.TIME_OUTSIDE,
                "The recording is 14:32 long; 15:02 lies after its end.",
            ),
            (
                "from 59:00 to 1:02:00",
                AUDIO,
                FindingCode.TIME_OUTSIDE,
                "The recording is 1:00:05 long; 1:02:00 lies after its end.",
            ),
            (
                "slides 8-10",
                SLIDES,
                FindingCode.SLIDE_OUTSIDE,
                "The file has 9 slides; slide 10 does not exist.",
            ),
            (
                "page 2",
                WORD,
                FindingCode.NO_FIXED_PAGES,
                "A Word file has no fixed pages, so nobody can be sent to one. "
                "Save it as PDF and upload that.",
            ),
        ],
    )
    def test_a_place_outside_is_said_with_both_numbers(
        self, typed: str, inspection: Inspection, code: FindingCode, sentence: str
    ) -> None:
        """The sentence names what was asked for and what there is, so that it can be mended."""
        finding = check_locator(parse_locator(typed), inspection, "Part 2, detail 1a")

        assert finding is not None
        assert (finding.code, finding.sentence) == (code, sentence)
        assert finding.concerns == "Part 2, detail 1a"

    def test_the_tolerance_ends_where_it_says(self) -> None:
        """One second after the measured end is inside, a millisecond more is not."""
        assert VIDEO.duration is not None
        last = VIDEO.duration + DURATION_TOLERANCE
        beyond = last + timedelta(milliseconds=1)

        assert check_locator(Moment(at=last), VIDEO, "x") is None
        assert check_locator(Moment(at=beyond), VIDEO, "x") is not None

    @pytest.mark.parametrize("inspection", [PDF, VIDEO, AUDIO, SLIDES, WORD, IMAGE])
    def test_only_the_places_of_its_kind_fit(self, inspection: Inspection) -> None:
        """Of one place of each kind, those that do not belong to the file's kind are findings.

        The sentence then says how to name a place in such a file, by examples that fit it.
        """
        fitting = {
            ArtifactKind.PDF: {"page 1", "pages 1-2"},
            ArtifactKind.VIDEO: {"at 0:01", "from 0:01 to 0:02"},
            ArtifactKind.AUDIO: {"at 0:01", "from 0:01 to 0:02"},
            ArtifactKind.SLIDES: {"slide 1", "slides 1-2"},
            ArtifactKind.DOCUMENT: set(),
            ArtifactKind.IMAGE: {"whole"},
        }[inspection.kind]
        pages, slides = ["page 1", "pages 1-2"], ["slide 1", "slides 1-2"]
        tried = [*pages, *slides, "at 0:01", "from 0:01 to 0:02", "whole"]
        findings = {typed: check_locator(parse_locator(typed), inspection, "x") for typed in tried}

        assert {typed for typed, finding in findings.items() if finding is None} == fitting
        for finding in filter(None, findings.values()):
            for example in finding.sentence.split("“")[1:]:
                place = parse_locator(example.partition("”")[0])
                assert check_locator(place, inspection, "x") is None

    @given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 50))
    def test_a_range_fits_exactly_when_its_last_page_exists(
        self, a: int, b: int, pages: int
    ) -> None:
        """No page that is named is ever missing from a file that passes, and none is refused."""
        pdf = PDF.model_copy(update={"pages": pages})
        named = PageRange(first=min(a, b), last=max(a, b))
        fits = set(range(named.first, named.last + 1)) <= set(range(1, pages + 1))

        assert (check_locator(named, pdf, "x") is None) is fits


class TestFiles:
    @pytest.mark.parametrize("problem", InspectionProblem)
    def test_a_broken_file_is_found_before_its_places(self, problem: InspectionProblem) -> None:
        """Whatever place is named, the first thing to mend is the file; one code for each problem.

        The sentence says what to do, and repeats nothing of the file's name but its ending.
        """
        inspection = PDF.model_copy(update={"problem": problem, "media_type": "application/zip"})

        of_file = check_file(inspection, "ana-novak-plan.pdf")

        assert of_file is not None
        assert check_locator(Page(number=99), inspection, "ana-novak-plan.pdf") == of_file
        assert problem.value in {of_file.code.value, of_file.code.value.removesuffix("_file")}
        assert "novak" not in of_file.sentence
        assert of_file.sentence.count(".") >= 2

    def test_a_sound_file_has_no_finding(self) -> None:
        """A video without sound is none either: a silent recording can be evidence."""
        assert VIDEO.has_sound is False
        assert check_file(VIDEO, "lesson.mp4") is None

    @pytest.mark.parametrize(
        ("media_type", "name", "sentence"),
        [
            (
                "application/zip",
                "Plan.PDF",
                "The name of this file ends in .pdf, but it is a ZIP archive. "
                "Take the files out of it and upload them one by one.",
            ),
            (
                "image/jpeg",
                "plan.pdf",
                "The name of this file ends in .pdf, but it is a JPEG image. "
                "Give it the ending .jpg, or save it again in the format that you meant.",
            ),
        ],
    )
    def test_a_wrong_name_is_met_with_what_the_file_really_is(
        self, media_type: str, name: str, sentence: str
    ) -> None:
        """The practitioner learns what the file is, and what to do about it."""
        inspection = Inspection(
            kind=ArtifactKind.OTHER,
            media_type=media_type,
            size=10,
            problem=InspectionProblem.MISLABELLED,
        )
        finding = check_file(inspection, name)

        assert finding is not None
        assert finding.sentence == sentence

    @pytest.mark.parametrize(
        ("name", "media_type", "is_another"),
        [
            ("plan.pdf", "application/pdf", False),
            ("PLAN.PDF", "application/pdf", False),
            ("plan.pdf", "application/zip", True),
            ("lesson.mov", "video/mp4", False),
            ("lesson.mp4", "audio/mp4", False),
            ("lesson.mp3", "audio/mp4", True),
            ("plan.docx", _PPTX, True),
            ("plan", "application/pdf", False),
            ("plan.final version", "application/pdf", False),
            (".pdf", "image/png", False),
            ("plan.pdf", "application/octet-stream", False),
            ("C:\\plans.pdf\\photo.png", "image/png", False),
            ("", "image/png", False),
        ],
    )
    def test_a_name_promises_what_its_ending_says(
        self, name: str, media_type: str, is_another: bool
    ) -> None:
        """Capitals, related endings and endings that mean nothing are no wrong promise."""
        assert promises_another_medium(name, media_type) is is_another


def test_evidence_travels_as_data() -> None:
    """A draft is kept as JSON: the locator comes back as the kind that it was, times in seconds."""
    evidence = Evidence(
        artifact_id="artifact-1",
        locator=TimeRange(start=_at(3, 15.5), end=_at(4, 10)),
        explanation="The team states its norms.",
    )
    sent = evidence.model_dump_json()

    assert '"start":195.5' in sent
    assert Evidence.model_validate_json(sent) == evidence
    assert Inspection.model_validate_json(VIDEO.model_dump_json()) == VIDEO
