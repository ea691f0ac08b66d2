"""The look into uploaded files: real files of every kind, whole, broken, misnamed, hostile."""

import functools
import io
import zipfile
from collections.abc import Callable

import pytest

from domain.evidence import ArtifactKind, Inspection, InspectionProblem
from tests import artifacts

Look = Callable[[bytes, str], Inspection]

_WITHOUT_LENGTH = (("live", "1"),)
_INDEX_FIRST = (("movflags", "faststart"),)
_IN_FRAGMENTS = (("movflags", "frag_keyframe+empty_moov"),)
_OPENXML = "application/vnd.openxmlformats-officedocument."


def _seconds(inspection: Inspection) -> float:
    assert inspection.duration is not None
    return inspection.duration.total_seconds()


class TestDocuments:
    @pytest.mark.parametrize("pages", [1, 12])
    def test_a_pdf_has_its_pages(self, look: Look, pages: int) -> None:
        """Pages are counted, not taken from what the file says about itself."""
        found = look(artifacts.pdf(pages), "plan.pdf")
        assert (found.kind, found.pages, found.problem) == (ArtifactKind.PDF, pages, None)
        assert found.media_type == "application/pdf"
        assert found.size == len(artifacts.pdf(pages))

    def test_a_wrong_index_in_a_pdf_is_mended(self, look: Look) -> None:
        """What every viewer opens is not refused."""
        broken = artifacts.pdf().replace(b"startxref\n", b"startxref\n9")
        found = look(broken, "plan.pdf")
        assert (found.pages, found.problem) == (12, None)

    @pytest.mark.parametrize("before", [b"\r\n\r\n", b"%!PS-Adobe-3.0 PDF\n", b"\xef\xbb\xbf"])
    def test_a_pdf_may_begin_a_little_later(self, look: Look, before: bytes) -> None:
        """Some programs write a line of their own before the header; viewers open it."""
        found = look(before + artifacts.pdf(), "plan.pdf")
        assert (found.kind, found.pages, found.problem) == (ArtifactKind.PDF, 12, None)

    @pytest.mark.parametrize("kept", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
    def test_a_cut_off_pdf_is_truncated(self, look: Look, kept: float) -> None:
        """However much is left, it never passes with fewer pages than it had."""
        whole = artifacts.pdf()
        found = look(whole[: int(len(whole) * kept)], "plan.pdf")
        assert (found.pages, found.problem) == (None, InspectionProblem.TRUNCATED)

    def test_a_pdf_made_for_the_web_states_its_length(self, look: Look) -> None:
        """Such a file opens even when its end is missing; its own length gives it away."""
        whole = artifacts.pdf_made_for_the_web(stated_length=500)
        cut_off = artifacts.pdf_made_for_the_web(stated_length=50_000)
        assert look(whole, "plan.pdf").pages == 3
        assert look(cut_off, "plan.pdf").problem is InspectionProblem.TRUNCATED

    def test_a_page_that_is_not_there_makes_it_unreadable(self, look: Look) -> None:
        """A file whose page tree is damaged is not counted by the pages that are left."""
        damaged = artifacts.pdf().replace(b"/Type /Page\n", b"/Type /Font\n", 1)
        assert damaged != artifacts.pdf()
        found = look(damaged, "plan.pdf")
        assert found.problem is InspectionProblem.UNREADABLE

    def test_a_pdf_without_pages_holds_nothing(self, look: Look) -> None:
        """It opens, and nothing can be shown."""
        assert look(artifacts.pdf(0), "plan.pdf").problem is InspectionProblem.EMPTY

    def test_a_password_protects_a_pdf(self, look: Look) -> None:
        """A password to open it is a problem; one that only forbids copying is none."""
        protected = look(artifacts.protected_pdf("secret"), "plan.pdf")
        restricted = look(artifacts.protected_pdf(""), "plan.pdf")
        assert protected.problem is InspectionProblem.PASSWORD_PROTECTED
        assert (restricted.problem, restricted.pages) == (None, 12)

    def test_a_password_of_today_protects_a_pdf_too(self, look: Look) -> None:
        """The same with the encryption that programs use now, which pypdf[crypto] reads."""
        protected = look(artifacts.protected_pdf("secret", "AES-256"), "plan.pdf")
        restricted = look(artifacts.protected_pdf("", "AES-256"), "plan.pdf")
        assert protected.problem is InspectionProblem.PASSWORD_PROTECTED
        assert (restricted.problem, restricted.pages) == (None, 12)

    def test_a_presentation_has_its_slides(self, look: Look) -> None:
        """Slides are counted; the largest part of a presentation's work is its media."""
        found = look(artifacts.presentation(), "talk.pptx")
        assert (found.kind, found.slides, found.problem) == (ArtifactKind.SLIDES, 9, None)
        assert found.media_type == f"{_OPENXML}presentationml.presentation"

    def test_a_presentation_without_slides_holds_nothing(self, look: Look) -> None:
        """It opens, and nothing can be shown."""
        assert look(artifacts.presentation(0), "talk.pptx").problem is InspectionProblem.EMPTY

    def test_a_word_document_is_one(self, look: Look) -> None:
        """It has no pages: Word makes them anew on every computer."""
        found = look(artifacts.document(), "plan.docx")
        assert (found.kind, found.pages, found.problem) == (ArtifactKind.DOCUMENT, None, None)

    @pytest.mark.parametrize("kept", [0.2, 0.5, 0.97])
    @pytest.mark.parametrize("name", ["talk.pptx", "plan.docx"])
    def test_a_cut_off_office_file_is_truncated(self, look: Look, name: str, kept: float) -> None:
        """A ZIP's table of contents stands at its end, so a cut one has none."""
        whole = artifacts.presentation() if name == "talk.pptx" else artifacts.document()
        found = look(whole[: int(len(whole) * kept)], name)
        assert found.problem is InspectionProblem.TRUNCATED

    @pytest.mark.parametrize("name", ["talk.pptx", "plan.docx"])
    def test_a_damaged_part_makes_an_office_file_unreadable(self, look: Look, name: str) -> None:
        """The checksum of every part is compared; Office would offer to repair the file."""
        whole = artifacts.presentation() if name == "talk.pptx" else artifacts.document()
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            largest = max(archive.infolist(), key=lambda entry: entry.compress_size)
        middle = largest.header_offset + 30 + len(largest.filename) + largest.compress_size // 2
        damaged = bytearray(whole)
        damaged[middle] ^= 0xFF
        assert look(bytes(damaged), name).problem is InspectionProblem.UNREADABLE

    @pytest.mark.parametrize("name", ["plan.docx", "talk.pptx", "marks.xlsx"])
    def test_a_password_protects_an_office_file(self, look: Look, name: str) -> None:
        """Office wraps it into another container; the name is not wrong for that."""
        found = look(artifacts.ole("EncryptedPackage"), name)
        assert found.problem is InspectionProblem.PASSWORD_PROTECTED

    @pytest.mark.parametrize("before", range(1024 * 1024 - 600, 1024 * 1024 + 1, 40))
    def test_the_directory_of_an_office_file_may_stand_anywhere(
        self, look: Look, before: int
    ) -> None:
        """Wherever the name falls, across the pieces that are read too, it is found."""
        content = artifacts.ole("EncryptedPackage")
        found = look(content[:512] + bytes(before) + content[512:], "plan.docx")
        assert found.problem is InspectionProblem.PASSWORD_PROTECTED

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
    def test_an_image_is_decoded_to_its_end(self, look: Look, kind: str) -> None:
        """A whole one passes; one without its second half does not."""
        whole = artifacts.image(kind)
        name = f"board.{kind.lower()}"
        found = look(whole, name)
        assert (found.kind, found.problem) == (ArtifactKind.IMAGE, None)
        assert found.media_type == f"image/{kind.lower()}"
        assert look(whole[: len(whole) // 2], name).problem is InspectionProblem.TRUNCATED

    def test_a_damaged_image_is_unreadable(self, look: Look) -> None:
        """Its end is there, its middle is not what it was."""
        damaged = bytearray(artifacts.image("PNG"))
        damaged[len(damaged) // 2] ^= 0xFF
        assert look(bytes(damaged), "board.png").problem is InspectionProblem.UNREADABLE


class TestRecordings:
    @pytest.mark.parametrize(
        ("name", "container", "options", "media_type"),
        [
            ("lesson.mp4", "mp4", (), "video/mp4"),
            ("lesson.mp4", "mp4", _INDEX_FIRST, "video/mp4"),
            ("lesson.mp4", "mp4", _IN_FRAGMENTS, "video/mp4"),
            ("lesson.mov", "mov", (), "video/quicktime"),
            ("lesson.webm", "webm", (), "video/webm"),
            ("lesson.webm", "webm", _WITHOUT_LENGTH, "video/webm"),
            ("lesson.mkv", "matroska", (), "video/x-matroska"),
        ],
    )
    def test_a_video_has_its_length(
        self,
        look: Look,
        name: str,
        container: str,
        options: tuple[tuple[str, str], ...],
        media_type: str,
    ) -> None:
        """Stated or measured, whole or in fragments: the length is right within half a second."""
        found = look(artifacts.video(container, options=options), name)
        assert (found.kind, found.media_type) == (ArtifactKind.VIDEO, media_type)
        assert (found.problem, found.has_sound) == (None, True)
        assert _seconds(found) == pytest.approx(4, abs=0.5)

    def test_a_browser_recording_really_states_no_length(self) -> None:
        """Guards the test above: the file it measures has no length in its header."""
        assert b"\x44\x89" in artifacts.video("webm")[:400]
        assert b"\x44\x89" not in artifacts.video("webm", options=_WITHOUT_LENGTH)[:400]

    def test_a_video_may_be_silent(self, look: Look) -> None:
        """It is seen and told, and is no problem."""
        found = look(artifacts.video(sound=False), "lesson.mp4")
        assert (found.kind, found.has_sound, found.problem) == (ArtifactKind.VIDEO, False, None)

    @pytest.mark.parametrize(
        ("name", "container", "media_type"),
        [
            ("talk.mp3", "mp3", "audio/mpeg"),
            ("talk.wav", "wav", "audio/wav"),
            ("talk.ogg", "ogg", "audio/ogg"),
            ("talk.flac", "flac", "audio/flac"),
            ("talk.aac", "adts", "audio/aac"),
            ("talk.m4a", "ipod", "audio/mp4"),
            ("talk.webm", "webm", "audio/webm"),
        ],
    )
    def test_a_sound_recording_has_its_length(
        self, look: Look, name: str, container: str, media_type: str
    ) -> None:
        """Sound alone is audio, also in a container that could hold pictures."""
        found = look(artifacts.sound(container), name)
        assert (found.kind, found.media_type) == (ArtifactKind.AUDIO, media_type)
        assert found.problem is None
        assert _seconds(found) == pytest.approx(4, abs=0.1)

    def test_a_cover_is_no_video(self, look: Look) -> None:
        """The picture in a sound recording's tag does not make it a video."""
        found = look(artifacts.mp3_with_cover(), "talk.mp3")
        assert (found.kind, found.problem) == (ArtifactKind.AUDIO, None)
        assert _seconds(found) == pytest.approx(4, abs=0.1)

    @pytest.mark.parametrize("kept", [0.05, 0.4, 0.8, 0.99])
    @pytest.mark.parametrize(
        ("name", "make"),
        [
            ("lesson.mp4", artifacts.video),
            ("lesson.mp4", functools.partial(artifacts.video, options=_INDEX_FIRST)),
            ("lesson.webm", functools.partial(artifacts.video, "webm")),
            ("talk.wav", functools.partial(artifacts.sound, "wav")),
            ("talk.m4a", functools.partial(artifacts.sound, "ipod")),
        ],
        ids=["mp4", "mp4 with its index first", "webm", "wav", "m4a"],
    )
    def test_a_cut_off_recording_is_truncated(
        self, look: Look, name: str, make: Callable[[], bytes], kept: float
    ) -> None:
        """Players show the length of the whole and stop in the middle; here it is noticed."""
        whole = make()
        found = look(whole[: int(len(whole) * kept)], name)
        assert found.problem is InspectionProblem.TRUNCATED

    @pytest.mark.parametrize(("container", "name"), [("mp3", "t.mp3"), ("ogg", "t.ogg")])
    def test_a_cut_off_stream_is_as_long_as_it_plays(
        self, look: Look, container: str, name: str
    ) -> None:
        """These formats have no end to miss: what counts is what can be heard."""
        whole = artifacts.sound(container)
        found = look(whole[: len(whole) // 2], name)
        assert found.problem is None
        assert _seconds(found) == pytest.approx(2, abs=0.3)

    def test_half_of_a_flac_is_truncated(self, look: Look) -> None:
        """It states its length in time; the sound that is there is measured against it."""
        whole = artifacts.sound("flac", 8)
        found = look(whole[: len(whole) // 2], "talk.flac")
        assert found.problem is InspectionProblem.TRUNCATED

    def test_a_recording_without_picture_and_sound_is_found(self, look: Look) -> None:
        """The file is whole and opens, and there is nothing to watch or hear."""
        found = look(artifacts.mp4_without_tracks(), "lesson.mp4")
        assert found.problem is InspectionProblem.NO_PICTURE_OR_SOUND

    def test_noise_in_a_sound_container_is_unreadable(self, look: Look) -> None:
        """The first picture has to come out of the decoder: a right header is not enough."""
        whole = artifacts.video("webm", sound=False)
        cluster = whole.index(b"\x1f\x43\xb6\x75") + 12
        found = look(whole[:cluster] + bytes(len(whole) - cluster), "lesson.webm")
        assert found.problem is InspectionProblem.UNREADABLE

    def test_libav_says_nothing(self, look: Look, capfd: pytest.CaptureFixture[str]) -> None:
        """Whatever a file does to the libraries, the worker's log stays ours."""
        broken = bytearray(artifacts.video("webm"))
        broken[2000::50] = bytes(len(broken[2000::50]))
        look(bytes(broken), "lesson.webm")
        look(artifacts.sound()[:-100], "talk.mp3")
        look(artifacts.pdf()[:-300], "plan.pdf")
        assert capfd.readouterr() == ("", "")
