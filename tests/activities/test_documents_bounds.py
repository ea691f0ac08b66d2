"""The look into uploaded files: their names, its bounds, and the process it runs in."""

import asyncio
import functools
import signal
import time
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
from adapters.documents.isolated import InspectionFailed, InspectionStopped, IsolatedInspector
from domain.evidence import ArtifactKind, Inspection, InspectionProblem, check_file
from domain.findings import FindingCode
from tests import artifacts

Look = Callable[[bytes, str], Inspection]

_WITHOUT_LENGTH = (("live", "1"),)
_INDEX_FIRST = (("movflags", "faststart"),)
_IN_FRAGMENTS = (("movflags", "frag_keyframe+empty_moov"),)
_OPENXML = "application/vnd.openxmlformats-officedocument."


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

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    async def test_a_look_that_is_stopped_with_its_worker_says_nothing(
        self, tmp_path: Path, how: signal.Signals
    ) -> None:
        """A service manager stops a worker with all that it started; the next worker looks anew."""
        path = tmp_path / "fetched"
        path.write_bytes(artifacts.pdf())
        looking = asyncio.create_task(IsolatedInspector().inspect(path, "plan.pdf"))
        process = await asyncio.to_thread(_the_process)
        await asyncio.to_thread(_limits_of, process)  # Python itself may still fail of it before
        process.send_signal(how)
        with pytest.raises(InspectionStopped):
            await looking

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
