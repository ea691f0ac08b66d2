"""A submission with real files whose every telling string is known, and its way to an assessor."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from adapters.assembly import file_store_of
from domain.enrollment import Stage
from domain.evidence import Evidence, Inspection
from domain.locators import Locator, Page, Slide, TimeRange, Whole
from domain.media import ArtifactKind
from domain.orders import Channel, Learner, Line, Order
from domain.policy import Policy
from domain.submission import Draft
from tests import artifacts
from tests.house import AGREED, ENTRY, NARRATIVE, Assessor, House

NUMBERS = count(1)
FROM, TO = timedelta(seconds=1), timedelta(seconds=3)
"""The stretch of the recording that the evidence names."""

PDF, VIDEO, IMAGE, SLIDES, PHOTO = range(5)
DETAILS = ("detail/1.1", "detail/1.2", "detail/2.1")


@dataclass(frozen=True)
class Telling:
    """Everything that would tell an assessor whose work it is."""

    number: int

    @property
    def learner(self) -> Learner:
        """Return whose work it is."""
        return Learner(
            name=f"Wilhelmina Quackenbush{self.number}",
            address=f"wilhelmina{self.number}@quackenbush.example.org",
            organization=f"Tumbleweed Elementary {self.number}",
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Return what the files were called."""
        endings = (".pdf", ".webm", ".png", ".pptx")
        return tuple(f"quackenbush{self.number}-portfolio{ending}" for ending in endings)

    @property
    def strings(self) -> tuple[str, ...]:
        """Return what must stand on no page of an assessor."""
        return ("quackenbush", "wilhelmina", "tumbleweed", "ignatius", "po-sagebrush")

    def order(self, library: str) -> Order:
        """Return the order by which it was bought."""
        return Order(
            channel=Channel.ONLINE,
            external_id=f"telling-{self.number}",
            payer_name="Ignatius Payerson",
            payer_address=f"ignatius{self.number}@example.org",
            payer_organization="Tumbleweed District",
            purchase_order="PO-SAGEBRUSH",
            lines=(Line(learner=self.learner, library=library, slug=ENTRY.slug),),
        )


async def bought(house: House, library: str, policy: Policy | None = None) -> tuple[str, Telling]:
    """Return an enrollment whose practitioner has access, and what would tell who that is."""
    telling = Telling(next(NUMBERS))
    await house.publish(library)
    await house.know(telling.learner)
    desk = house.order_desk(policy) if policy else house.orders
    enrollment_id = await house.enrollment_of(await desk.take_paid_order(telling.order(library)))
    await house.until_stage(enrollment_id, Stage.WORKING)
    return enrollment_id, telling


async def uploaded(house: House, enrollment_id: str, name: str, kind: int) -> str:
    """Put a real file into store and records, as if it had been uploaded and looked into."""
    data, inspection = _file(kind)

    async def chunks() -> AsyncIterator[bytes]:
        yield data

    stored = await file_store_of(house.settings).put(chunks(), len(data))
    artifact_id = await house.parts.add_artifact(enrollment_id, name, stored, datetime.now(UTC))
    await house.parts.inspected(artifact_id, inspection.model_copy(update={"size": stored.size}))
    return artifact_id


def _file(kind: int) -> tuple[bytes, Inspection]:
    length = timedelta(seconds=4)
    if kind == PDF:
        return artifacts.pdf(), _seen(ArtifactKind.PDF, "application/pdf", pages=12)
    if kind == VIDEO:
        seen = _seen(ArtifactKind.VIDEO, "video/webm", duration=length, has_sound=True)
        return artifacts.video("webm"), seen
    if kind == IMAGE:
        return artifacts.image(), _seen(ArtifactKind.IMAGE, "image/png")
    if kind == PHOTO:
        return artifacts.image("JPEG"), _seen(ArtifactKind.IMAGE, "image/jpeg")
    return artifacts.presentation(), _seen(ArtifactKind.SLIDES, _PPTX, slides=9)


_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def _seen(kind: ArtifactKind, media_type: str, **measures: object) -> Inspection:
    return Inspection.model_validate(
        {"kind": kind, "media_type": media_type, "size": 0, **measures}
    )


def piece(artifact_id: str, place: Locator, explanation: str) -> Evidence:
    """Return a piece of evidence."""
    return Evidence(artifact_id=artifact_id, locator=place, explanation=explanation)


async def handed_in(
    house: House, library: str, policy: Policy | None = None
) -> tuple[str, Telling]:
    """Return an enrollment whose three parts are in, with a file of every kind as evidence."""
    enrollment_id, telling = await bought(house, library, policy)
    files = [
        await uploaded(house, enrollment_id, name, kind) for kind, name in enumerate(telling.names)
    ]
    for part, keys in ((1, ("question/1", "question/2")), (3, ("reflection",))):
        await house.practitioner.answer(enrollment_id, part, dict.fromkeys(keys, NARRATIVE))
    evidence = {
        "detail/1.1": (
            piece(files[PDF], Page(number=3), "The plan of the week is on this page."),
            piece(files[IMAGE], Whole(), "The plan on the wall."),
        ),
        "detail/1.2": (piece(files[VIDEO], TimeRange(start=FROM, end=TO), "We agree on it."),),
        "detail/2.1": (piece(files[SLIDES], Slide(number=7), "The log of the term."),),
    }
    await house.parts.save(enrollment_id, Draft(part=2, evidence=evidence), datetime.now(UTC))
    for part in (1, 2, 3):
        await house.practitioner.submit(enrollment_id, part, AGREED)
    return enrollment_id, telling


async def in_hand(
    house: House, library: str, policy: Policy | None = None
) -> tuple[str, Assessor, Telling]:
    """Return a round that its only assessor has accepted."""
    assessor = await house.hire(library)
    enrollment_id, telling = await handed_in(house, library, policy)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.assessor.accept(assessor.id, enrollment_id)
    return enrollment_id, assessor, telling


async def second_round(
    house: House, library: str, not_met: tuple[str, ...]
) -> tuple[str, Assessor, Telling]:
    """Return a second round in hand: what was not met was revised, in words and in evidence."""
    enrollment_id, assessor, telling = await in_hand(house, library)
    await house.marked(assessor, enrollment_id, not_met)
    await house.assessor.judge(assessor.id, enrollment_id)
    await house.until_stage(enrollment_id, Stage.REVISING)
    work = await house.parts.open_work(enrollment_id)
    for part in (1, 3):
        keys = [i.key for i in work.items if i.part == part and i.key in work.open_keys]
        if keys:
            text = NARRATIVE.replace("word word", "word another", 1) + "Then we wrote it down."
            await house.practitioner.answer(enrollment_id, part, dict.fromkeys(keys, text))
            await house.practitioner.submit(enrollment_id, part, AGREED)
    if set(DETAILS) & work.open_keys:
        await _revise_evidence(house, enrollment_id, work.open_keys)
    await house.until_stage(enrollment_id, Stage.OFFERED)
    await house.assessor.accept(assessor.id, enrollment_id)
    return enrollment_id, assessor, telling


async def _revise_evidence(house: House, enrollment_id: str, open_keys: frozenset[str]) -> None:
    """Explain the first piece of each open detail anew, drop the others, and add one."""
    draft = await house.parts.draft(enrollment_id, 2)
    added = await uploaded(house, enrollment_id, "quackenbush-second.jpg", PHOTO)
    evidence = {}
    for key in sorted(set(DETAILS) & open_keys):
        first = draft.evidence[key][0]
        said = first.model_copy(update={"explanation": f"{first.explanation} All five days."})
        evidence[key] = (said, piece(added, Whole(), "New: the log of the whole week."))
    revised = draft.model_copy(update={"evidence": evidence})
    await house.parts.save(enrollment_id, revised, datetime.now(UTC))
    await house.practitioner.submit(enrollment_id, 2, AGREED)
