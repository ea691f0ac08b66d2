"""Part 2 as its practitioner sees it: outcomes and details against evidence, and the files."""

from adapters.records.practice_values import MarkSaid
from domain.enrollment import COLLECTING, Ending, Stage
from domain.evidence import Evidence, Inspection, Stored
from domain.evidence_fields import piece_ref
from domain.findings import Finding
from domain.locators import clock
from domain.media import ArtifactKind, medium_of
from domain.part_standing import PartState
from domain.uploads import Upload
from domain.values import Instant, Value


class FileView(Value):
    """An uploaded file with what was found in it; ``inspection`` is None while it is checked."""

    id: str
    name: str
    size: int
    sha256: str
    uploaded_at: Instant
    inspection: Inspection | None
    problem: Finding | None = None
    uses: tuple[str, ...] = ()
    """Labels of the details whose evidence is in it."""

    @property
    def stored(self) -> Stored:
        """The file as it stands in the store."""
        return Stored(sha256=self.sha256, size=self.size)

    @property
    def is_usable(self) -> bool:
        """Whether evidence may point into it."""
        return self.inspection is not None and self.problem is None

    @property
    def called(self) -> str:
        """What it is, in words."""
        return medium_of(self.inspection.media_type).called if self.inspection else "a file"

    @property
    def measure(self) -> str:
        """How long it is, in the unit in which places in it are named; empty where it has none."""
        found = self.inspection
        if found is None or found.problem is not None:
            return ""
        match found.kind:
            case ArtifactKind.PDF:
                return _counted(found.pages or 0, "page")
            case ArtifactKind.SLIDES:
                return _counted(found.slides or 0, "slide")
            case ArtifactKind.AUDIO | ArtifactKind.VIDEO if found.duration is not None:
                return f"{clock(found.duration).partition('.')[0]} long"
            case _:
                return ""


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


class PieceView(Value):
    """One piece of evidence, with the file that it points into."""

    piece: Evidence
    file: FileView | None

    @property
    def ref(self) -> str:
        """What the piece is found again by."""
        return piece_ref(self.piece)


class DetailView(Value):
    """One detail with its evidence. ``earlier`` is what was submitted before this round."""

    key: str
    label: str
    text: str
    is_open: bool
    pieces: tuple[PieceView, ...]
    findings: tuple[Finding, ...] = ()
    met: MarkSaid | None = None
    feedback: MarkSaid | None = None
    earlier: tuple[PieceView, ...] = ()

    @property
    def number(self) -> str:
        """Its number in the rubric: 1.2."""
        return self.key.partition("/")[2]

    def piece(self, ref: str) -> PieceView | None:
        """Return one of its pieces."""
        return next((each for each in self.pieces if each.ref == ref), None)


class OutcomeView(Value):
    """An essential outcome with its details."""

    number: int
    text: str
    details: tuple[DetailView, ...]


class PortfolioView(Value):
    """Part 2 of an enrollment, as it stands."""

    enrollment_id: str
    title: str
    part_title: str
    stage: Stage | None
    ending: Ending | None
    state: PartState
    round: int
    version: int
    saved_at: Instant | None
    received_at: Instant | None
    received_round: int | None
    outcomes: tuple[OutcomeView, ...]
    files: tuple[FileView, ...]
    uploads: tuple[Upload, ...]

    @property
    def is_writable(self) -> bool:
        """Whether evidence may be added or changed now."""
        is_open = self.state not in {PartState.RECEIVED, PartState.LOCKED, PartState.NOT_OPEN}
        return is_open and self.stage in COLLECTING

    @property
    def details(self) -> tuple[DetailView, ...]:
        """All details, in the order of the rubric."""
        return tuple(detail for outcome in self.outcomes for detail in outcome.details)

    @property
    def blockers(self) -> int:
        """How much keeps the part from being submitted."""
        return sum(len(detail.findings) for detail in self.details)

    @property
    def is_being_checked(self) -> bool:
        """Whether a file is still on its way to being one that evidence may point into."""
        arrived = any(not upload.remaining for upload in self.uploads)
        return arrived or any(file.inspection is None for file in self.files)

    def detail(self, key: str) -> DetailView | None:
        """Return one detail."""
        return next((each for each in self.details if each.key == key), None)

    def file(self, artifact_id: str) -> FileView | None:
        """Return one file."""
        return next((each for each in self.files if each.id == artifact_id), None)
