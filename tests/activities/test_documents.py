"""The look into uploaded files: real files of every kind, whole, broken, misnamed, hostile."""

import asyncio
import functools
import io
import signal
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.document_ports import Inspector
from adapters.documents import limits
from adapters.documents.inspection import inspect_file
from adapters.documents.isolated import InspectionFailed, IsolatedInspector
from domain.evidence import ArtifactKind, Inspection, InspectionProblem, check_file
from domain.findings import FindingCode
from tests import artifacts

Look = Callable[[bytes, str], Inspection]

_WITHOUT_LENGTH = (("live", "1"),)
_INDEX_FIRST = (("movflags", "faststart"),)
_IN_FRAGMENTS = (("movflags", "frag_keyframe+empty_moov"),)
_OPENXML = "application/vnd.openxmlformats-officedocument."


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Inspect content under a declared name. On disk it has another one, as storage gives it."""

    def inspect(content: bytes, declared_name: str) -> Inspection:
        path = tmp_path / "fetched"
        path.write_bytes(content)
        return inspect_file(path, declared_name)

    return inspect


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
        pytest.importorskip("cryptography", reason="declared as pypdf[crypto]")
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


class TestNames:
    @pytest.mark.parametrize(
        ("content", "name", "media_type"),
        [
            (artifacts.archive, "plan.pdf", "application/zip"),
            (artifacts.pdf, "talk.pptx", "application/pdf"),
            (artifacts.presentation, "plan.docx", f"{_OPENXML}presentationml.presentation"),
            (artifacts.document, "plan.pdf", f"{_OPENXML}wordprocessingml.document"),
            (artifacts.image, "plan.pdf", "image/png"),
            (artifacts.sound, "lesson.mp4", "audio/mpeg"),
            (functools.partial(artifacts.ole, "WordDocument"), "plan.docx", "application/msword"),
            (lambda: b"<!DOCTYPE html><title>Sign in</title>", "plan.pdf", "text/html"),
            (lambda: b"See the shared folder.", "plan.pdf", "text/plain"),
        ],
    )
    def test_a_name_that_promises_something_else_is_found(
        self, look: Look, content: Callable[[], bytes], name: str, media_type: str
    ) -> None:
        """The finding can say what the file really is; content is never read by its name."""
        found = look(content(), name)
        assert (found.problem, found.media_type) == (InspectionProblem.MISLABELLED, media_type)

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (artifacts.pdf, "PLAN.PDF"),
            (artifacts.pdf, "plan"),
            (artifacts.pdf, "plan.version 2"),
            (artifacts.video, "lesson.MOV"),
            (functools.partial(artifacts.image, "JPEG"), "board.jpeg"),
            (functools.partial(artifacts.sound, "ipod"), "talk.mp4"),
        ],
    )
    def test_a_name_that_promises_nothing_else_is_fine(
        self, look: Look, content: Callable[[], bytes], name: str
    ) -> None:
        """Capitals, a missing ending and the endings of one family are no fault."""
        assert look(content(), name).problem is None

    @pytest.mark.parametrize(
        ("content", "name", "called"),
        [
            (artifacts.archive, "plans.zip", "a ZIP archive"),
            (functools.partial(artifacts.ole, "WordDocument"), "plan.doc", "Word's old format"),
            (functools.partial(artifacts.ole, "Workbook"), "marks.xls", "Excel's old format"),
            (functools.partial(artifacts.image, "TIFF"), "board.tiff", "a TIFF image"),
            (functools.partial(artifacts.image, "BMP"), "board.bmp", "a bitmap image"),
            (lambda: b"\x00\x00\x00\x18ftypheic" + bytes(40), "IMG_1.HEIC", "a HEIC photo"),
            (lambda: b"{\\rtf1 Plan}", "plan.rtf", "a rich-text file"),
            (lambda: b"Plan", "plan.txt", "plain text"),
            (lambda: "Plan".encode("utf-16"), "plan.txt", "plain text"),
            (lambda: bytes(range(256)) * 8, "plan.xyz", "does not know"),
            (
                lambda: artifacts.archive({"mimetype": b"application/vnd.oasis.opendocument.text"}),
                "plan.odt",
                "an OpenDocument text",
            ),
            (
                lambda: artifacts.archive({"Index/Document.iwa": b"x"}),
                "plan.pages",
                "a Pages, Keynote or Numbers file",
            ),
        ],
    )
    def test_what_is_not_taken_is_named_with_what_to_send(
        self, look: Look, content: Callable[[], bytes], name: str, called: str
    ) -> None:
        """The sentence calls the file what people call it, and says what to send in its place."""
        found = look(content(), name)
        finding = check_file(found, name)
        assert (found.kind, found.problem) == (
            ArtifactKind.OTHER,
            InspectionProblem.UNSUPPORTED_KIND,
        )
        assert finding is not None
        assert called in finding.sentence
        assert finding.sentence.count(".") >= 2

    def test_an_empty_file_is_empty_whatever_its_name(self, look: Look) -> None:
        """Zero bytes are the first thing to say."""
        assert look(b"", "plan.pdf").problem is InspectionProblem.EMPTY

    def test_noise_under_a_good_name_is_unreadable(self, look: Look) -> None:
        """Nothing says what it is, so it cannot be called by another name either."""
        found = look(bytes(range(256)) * 8, "plan.pdf")
        finding = check_file(found, "plan.pdf")
        assert finding is not None
        assert finding.code is FindingCode.UNREADABLE_FILE


class TestBounds:
    def test_a_bomb_is_not_unpacked(self, look: Look) -> None:
        """A part of a thousand times its size is refused by the table of contents."""
        found = look(artifacts.presentation_bomb(), "talk.pptx")
        assert found.problem is InspectionProblem.TOO_COMPLEX

    def test_too_many_parts_are_not_opened(self, look: Look) -> None:
        """Nor is an archive with more parts than a presentation can have."""
        parts = dict.fromkeys((f"ppt/{n}" for n in range(limits.ARCHIVE_MAX_ENTRIES + 1)), b"")
        assert look(artifacts.archive(parts), "talk.pptx").problem is InspectionProblem.TOO_COMPLEX

    def test_a_lie_about_the_table_of_contents_is_not_believed(self, look: Look) -> None:
        """One that claims gigabytes of contents is refused before anything is allocated."""
        whole = bytearray(artifacts.presentation())
        end = whole.rindex(b"PK\x05\x06")
        whole[end + 12 : end + 16] = b"\xff\xff\xff\x7f"
        found = look(bytes(whole), "talk.pptx")
        assert found.problem is InspectionProblem.TOO_COMPLEX

    def test_a_very_large_image_is_not_decoded(self, look: Look) -> None:
        """A few kilobytes that unpack to more pixels than any camera makes."""
        content = artifacts.png_of_size(30_000, 5_000)
        assert look(content, "board.png").problem is InspectionProblem.TOO_COMPLEX

    @given(
        content=st.binary(max_size=3000), name=st.sampled_from(["a.pdf", "a.mp4", "a.pptx", "a"])
    )
    @settings(max_examples=150, deadline=None)
    def test_no_content_raises(
        self, content: bytes, name: str, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        """Arbitrary bytes are always answered, and never pass for something that can be shown."""
        path = tmp_path_factory.getbasetemp() / "arbitrary"
        path.write_bytes(content)
        assert inspect_file(path, name).problem is not None

    @pytest.mark.parametrize(
        "make",
        [
            artifacts.pdf,
            functools.partial(artifacts.protected_pdf, "secret"),
            artifacts.presentation,
            artifacts.document,
            artifacts.video,
            functools.partial(artifacts.video, "webm"),
            functools.partial(artifacts.video, options=_IN_FRAGMENTS),
            artifacts.sound,
            functools.partial(artifacts.sound, "wav"),
            functools.partial(artifacts.sound, "ogg"),
            functools.partial(artifacts.sound, "flac"),
            functools.partial(artifacts.sound, "adts"),
            artifacts.mp3_with_cover,
            artifacts.image,
            functools.partial(artifacts.image, "JPEG"),
            functools.partial(artifacts.image, "GIF"),
            functools.partial(artifacts.image, "WEBP"),
            functools.partial(artifacts.ole, "EncryptedPackage"),
        ],
    )
    @given(data=st.data())
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_no_damage_raises(
        self, make: Callable[[], bytes], data: st.DataObject, tmp_path: Path
    ) -> None:
        """Real files with bytes changed, cut out, repeated and cut off are always answered."""
        content = bytearray(make())
        places = st.integers(0, len(content) - 1)
        for at, value in data.draw(st.lists(st.tuples(places, st.binary(max_size=8)), max_size=12)):
            content[at : at + data.draw(st.sampled_from([0, 1, len(value), 64]))] = value
        if data.draw(st.booleans()):
            del content[data.draw(places) :]
        path = tmp_path / "damaged"
        path.write_bytes(content)

        found = inspect_file(path, "file")

        assert found.size == len(content)


class TestIsolation:
    async def test_the_answer_is_the_same(self, tmp_path: Path) -> None:
        """A process of its own finds what the function finds, whatever the working directory."""
        inspector: Inspector = IsolatedInspector()
        path = tmp_path / "fetched"
        for content, name in ((artifacts.pdf(), "plan.pdf"), (artifacts.video(), "plan.pdf")):
            path.write_bytes(content)
            assert await inspector.inspect(path, name) == inspect_file(path, name)

    async def test_a_look_that_takes_too_long_is_ended(self, tmp_path: Path) -> None:
        """A look costs its budget and no more, and no process of it is left.

        The budget is far shorter than the process needs to start, so it always runs out.
        """
        path = tmp_path / "fetched"
        path.write_bytes(artifacts.pdf())
        found = await IsolatedInspector(budget=timedelta(milliseconds=1)).inspect(path, "plan.pdf")
        assert found.problem is InspectionProblem.TOO_COMPLEX
        assert (found.kind, found.size) == (ArtifactKind.PDF, len(artifacts.pdf()))
        assert _looking() == []

    async def test_a_cancelled_look_ends_its_process(self, tmp_path: Path) -> None:
        """A worker that shuts down leaves nobody behind who reads a file for minutes."""
        path = tmp_path / "fetched"
        path.write_bytes(artifacts.pdf())
        looking = asyncio.create_task(IsolatedInspector().inspect(path, "plan.pdf"))
        await asyncio.to_thread(_the_process)
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert _looking() == []

    async def test_the_process_has_its_limits(self, tmp_path: Path) -> None:
        """Memory and processor time are bounded by the kernel, before a reader is loaded."""
        path = tmp_path / "fetched"
        path.write_bytes(artifacts.pdf())
        looking = asyncio.create_task(IsolatedInspector().inspect(path, "plan.pdf"))
        memory, processor_time = await asyncio.to_thread(lambda: _limits_of(_the_process()))
        assert memory == limits.INSPECTION_MEMORY_BYTES
        assert processor_time == limits.INSPECTION_CPU_SECONDS
        assert (await looking).problem is None

    @pytest.mark.parametrize(
        ("how", "problem"),
        [
            (signal.SIGSEGV, InspectionProblem.UNREADABLE),
            (signal.SIGXCPU, InspectionProblem.TOO_COMPLEX),
            (signal.SIGKILL, InspectionProblem.TOO_COMPLEX),
        ],
    )
    async def test_a_reader_that_falls_takes_nobody_along(
        self, tmp_path: Path, how: signal.Signals, problem: InspectionProblem
    ) -> None:
        """A crash is the file's, running out of bounds is said as such, and we go on."""
        path = tmp_path / "fetched"
        path.write_bytes(artifacts.pdf())
        looking = asyncio.create_task(IsolatedInspector().inspect(path, "plan.pdf"))
        (await asyncio.to_thread(_the_process)).send_signal(how)
        found = await looking
        assert (found.kind, found.problem) == (ArtifactKind.PDF, problem)

    async def test_an_error_of_our_own_is_not_blamed_on_the_file(self, tmp_path: Path) -> None:
        """A file that cannot be opened at all is a fault for a developer."""
        with pytest.raises(InspectionFailed):
            await IsolatedInspector().inspect(tmp_path / "never fetched", "plan.pdf")


def _looking() -> list[psutil.Process]:
    """Return the inspecting processes of this one."""
    return [
        child for child in psutil.Process().children() if "adapters.documents" in child.cmdline()
    ]


def _the_process() -> psutil.Process:
    """Return the one inspecting process, as soon as it is there."""
    give_up_at = time.monotonic() + 30
    while not (found := _looking()):
        assert time.monotonic() < give_up_at
    return found[0]


def _limits_of(process: psutil.Process) -> tuple[int, int]:
    """Return its limits on memory and processor time once both are set; raise if it ends first."""
    while True:
        memory, processor_time = process.rlimit(psutil.RLIMIT_AS), process.rlimit(psutil.RLIMIT_CPU)
        if psutil.RLIM_INFINITY not in (memory[1], processor_time[1]):
            return memory[1], processor_time[1]
