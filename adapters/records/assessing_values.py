"""What an assessor looks at: their work, offers, and a round with its evidence.

Blind: none of these values has a name, an address, a school or the name that a file was given.
"""

from domain.assessment import Item, Mark
from domain.assignment import AssignmentState
from domain.changes import Change
from domain.enrollment import ClockKind
from domain.evidence import Inspection, Stored
from domain.locators import Locator
from domain.media import ArtifactKind, medium_of
from domain.roster import Leave
from domain.values import Instant, Value
from domain.workload import Material


class DueLine(Value):
    """When something is due, and the sentence that explains it."""

    at: Instant
    zone: str
    why: str
    clock: ClockKind
    started_at: Instant

    def is_over(self, now: Instant) -> bool:
        """Tell whether it is late: its time has passed, or the time after that runs already."""
        return self.clock is ClockKind.OVERDUE or now > self.at


class Holding(Value):
    """What became of the latest assignment of an enrollment to one assessor."""

    assignment_id: str
    enrollment_id: str
    round: int
    state: AssignmentState
    is_live: bool


class WorkLine(Value):
    """An open offer, or a round in hand: ``marked`` of ``items`` have a mark."""

    enrollment_id: str
    round: int
    title: str
    library: str
    state: AssignmentState
    offered_at: Instant
    items: int
    marked: int
    due: DueLine | None
    is_handed_in: bool
    """Whether it was judged and waits for an approver."""


class DoneLine(Value):
    """An assignment that ended; ``is_proficient`` where this assessor judged it."""

    assignment_id: str
    enrollment_id: str
    round: int
    title: str
    library: str
    state: AssignmentState
    ended_at: Instant
    is_proficient: bool | None
    marks: int


class OwnStanding(Value):
    """An assessor as the roster has them."""

    load: int
    capacity: int
    is_active: bool
    libraries: tuple[str, ...]
    leaves: tuple[Leave, ...]
    is_on_leave: bool


class OwnWork(Value):
    """Everything that an assessor has before them."""

    offers: tuple[WorkLine, ...]
    in_hand: tuple[WorkLine, ...]
    done: tuple[DoneLine, ...]
    standing: OwnStanding


class OfferView(Value):
    """What an offer asks for, and until when."""

    enrollment_id: str
    round: int
    title: str
    library: str
    material: Material
    locked: int
    assessed_before: bool
    answer_by: DueLine | None
    assess_by: DueLine
    """Until when the round would be due if it were accepted now."""


class FileView(Value):
    """A file as an assessor meets it: numbered by its first use, under a name of ours."""

    number: int
    stored: Stored
    inspection: Inspection

    @property
    def name(self) -> str:
        """Return the name that replaces the one it was given."""
        suffixes = medium_of(self.inspection.media_type).suffixes
        return f"File {self.number}{next(iter(suffixes), '')}"

    @property
    def called(self) -> str:
        """Return what kind of file it is, in a sentence."""
        return medium_of(self.inspection.media_type).called

    @property
    def kind(self) -> ArtifactKind:
        """Return how it can be shown."""
        return self.inspection.kind


class PieceView(Value):
    """One piece of evidence; ``said`` shows what changed in its explanation since the last round.

    ``file`` is None when the file is not there any more.
    """

    file: FileView | None
    place: Locator
    explanation: str
    is_new: bool = False
    said: tuple[Change, ...] = ()


class EarlierMark(Value):
    """What was said of an open item in the round before."""

    mark: Mark
    round: int
    is_own: bool


class Settled(Value):
    """What was met: in which round, when, and whether by whoever looks."""

    round: int
    at: Instant
    is_own: bool


class AssessedItem(Value):
    """An item with its evidence, the change since the last round, and the mark so far."""

    item: Item
    outcome: str
    is_open: bool
    answer: str
    answer_changes: tuple[Change, ...]
    pieces: tuple[PieceView, ...]
    gone: tuple[PieceView, ...]
    mark: Mark
    earlier: EarlierMark | None
    settled: Settled | None

    @property
    def anchor(self) -> str:
        """Return the item's name on its page."""
        return "item-" + self.item.key.replace("/", "-").replace(".", "-")


class PartHeading(Value):
    """A part as its heading names it."""

    number: int
    title: str
    minimum_words: int | None
    words: int


class PassedBack(Value):
    """What an approver wrote when the judgement was passed back."""

    note: str
    at: Instant


class AssessedRound(Value):
    """A round before its assessor."""

    enrollment_id: str
    assignment_id: str
    round: int
    title: str
    library: str
    parts: tuple[PartHeading, ...]
    items: tuple[AssessedItem, ...]
    files: tuple[FileView, ...]
    marks_version: int
    due: DueLine | None
    is_handed_in: bool
    is_approved_first: bool
    """Whether an approver confirms the judgement before anybody hears of it."""
    passed_back: PassedBack | None

    @property
    def open_items(self) -> tuple[AssessedItem, ...]:
        """Return what is marked in this round."""
        return tuple(each for each in self.items if each.is_open)

    @property
    def marked(self) -> int:
        """Return how many of the open items have a mark."""
        return sum(each.mark.kind is not None for each in self.open_items)


class OwnMark(Value):
    """A mark that an assessor made, with the item that it is about."""

    item: Item
    mark: Mark


class OwnMarks(Value):
    """What an assessor wrote in a round that is no longer in their hands."""

    line: DoneLine
    marks: tuple[OwnMark, ...]
