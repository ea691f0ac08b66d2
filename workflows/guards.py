"""What a journey refuses at its door, from its own state alone.

Asked by every update's validator, where a refusal leaves no event, and once more when the message's
turn comes, because two messages may have been let in together.
"""

from activities.contracts import Offer
from domain.assessment import NotYourAssignment, parts_of_items
from domain.assignment import NotYourOffer, OfferExpired, OfferTaken
from domain.enrollment import (
    COLLECTING,
    EnrollmentClosed,
    ExtensionTooLong,
    NotAtThisStage,
    NothingToExtend,
    Stage,
    StaleRound,
)
from domain.submission import PartAlreadySubmitted, PartLocked, UnknownPart
from workflows.contracts import (
    AcceptOffer,
    DecideApproval,
    DeclineOffer,
    Extend,
    GrantRound,
    Reassign,
    RecordJudgement,
    Recuse,
    Refund,
    Request,
    Standing,
    SubmitPart,
    VerifyAccount,
    Withdraw,
)

LONGEST_EXTENSION_DAYS = 730

ASSIGNABLE = frozenset({Stage.QUEUED, Stage.OFFERED, Stage.ASSESSING})
"""The stages in which ops may offer a round anew."""


def refuse_unless_possible(request: Request, standing: Standing) -> None:
    """Raise the refusal that ``request`` meets where the journey stands; return if it may go on."""
    if standing.ending is not None:
        raise EnrollmentClosed(ending=standing.ending.value)
    match request:
        case VerifyAccount():
            _at(standing, frozenset({Stage.VERIFYING}))
        case SubmitPart():
            _may_submit(request, standing)
        case AcceptOffer() | DeclineOffer():
            _in_round(request.round, standing)
            _holds_offer(request, standing)
        case Recuse() | RecordJudgement():
            _in_round(request.round, standing)
            _holds_assignment(request, standing)
        case DecideApproval():
            _in_round(request.round, standing)
            _at(standing, frozenset({Stage.APPROVING}))
        case Extend():
            _may_extend(request, standing)
        case Reassign():
            _in_round(request.round, standing)
            _at(standing, ASSIGNABLE)
        case GrantRound() | Withdraw() | Refund():
            return


def _at(standing: Standing, stages: frozenset[Stage]) -> None:
    if standing.stage not in stages:
        raise NotAtThisStage(stage=standing.stage or "starting")


def _in_round(named: int, standing: Standing) -> None:
    if named != standing.round:
        raise StaleRound(named=named, open=standing.round)


def _may_submit(request: SubmitPart, standing: Standing) -> None:
    if request.part not in {1, 2, 3}:
        raise UnknownPart(part=request.part)
    _in_round(request.round, standing)
    if request.part in standing.parts_in:
        raise PartAlreadySubmitted(part=request.part, round=standing.round)
    _at(standing, COLLECTING)
    if request.part not in parts_of_items(standing.open_items):
        raise PartLocked(part=request.part, round=standing.round)


def _is_of(request: AcceptOffer | DeclineOffer | Recuse | RecordJudgement, offer: Offer) -> bool:
    return request.assignment_id == offer.assignment_id


def _holds_offer(request: AcceptOffer | DeclineOffer, standing: Standing) -> None:
    offer = standing.offer
    if offer is None or not _is_of(request, offer):
        raise OfferExpired
    if request.assessor_id != offer.assessor_id:
        raise NotYourOffer
    if standing.is_offer_accepted:
        raise OfferTaken


def _holds_assignment(request: Recuse | RecordJudgement, standing: Standing) -> None:
    offer = standing.offer
    if (
        offer is None
        or not standing.is_offer_accepted
        or not _is_of(request, offer)
        or request.assessor_id != offer.assessor_id
    ):
        raise NotYourAssignment
    _at(standing, frozenset({Stage.ASSESSING}))


def _may_extend(request: Extend, standing: Standing) -> None:
    if not 1 <= request.days <= LONGEST_EXTENSION_DAYS:
        raise ExtensionTooLong(days=request.days)
    if standing.due is None or standing.stage in {None, Stage.QUEUED, Stage.GRANTING_ACCESS}:
        raise NothingToExtend(stage=standing.stage or "starting")
