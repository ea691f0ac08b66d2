"""What happened in a journey, in a sentence for operations. Names are added by whoever shows it."""

from collections.abc import Mapping
from typing import Final

from domain.timeline import Happening

_SENTENCES: Final[dict[Happening, str]] = {
    Happening.ENROLLED: "The paid order became an enrollment.",
    Happening.ACCOUNT_VERIFIED: "The account was verified.",
    Happening.STAGE_ENTERED: "The journey came to the stage “{stage}” and waits on {waiting_on}.",
    Happening.DUE_TIME_EXTENDED: "The due time was moved by {days}.",
    Happening.ACCESS_GRANTED: "The mail server accepted the access mail: access is granted.",
    Happening.ACCESS_PROMISE_BROKEN: "The time promised for access passed without it.",
    Happening.PART_RECEIVED: "Part {part} was received and is frozen.",
    Happening.ROUND_OPENED: "Every part is in: the round opened.",
    Happening.OFFERED: "The round was offered to an assessor.",
    Happening.NOBODY_TO_OFFER: "Nobody could be offered the round; it waits in the queue.",
    Happening.OFFER_ACCEPTED: "The assessor accepted the round.",
    Happening.ASSIGNMENT_ENDED: "The assignment ended: {outcome}.",
    Happening.JUDGED: "The assessor handed in a judgement: {judgement}.",
    Happening.PASSED_BACK: "The judgement was passed back to the assessor.",
    Happening.DECIDED: "The judgement is final: {judgement}.",
    Happening.ROUND_GRANTED: "One more round was granted.",
    Happening.AWARDED: "The credential was awarded.",
    Happening.CREDENTIAL_ISSUED: "The credential was issued: signed, and ready to be shown.",
    Happening.CREDENTIAL_REVOKED: "The credential was revoked.",
    Happening.CREDENTIAL_REISSUED: "The credential was issued anew; the earlier one is revoked.",
    Happening.LINE_REFUNDED: "An order line was refunded.",
    Happening.ACCESS_CONTINUES: "Access goes on under another order.",
    Happening.ENDED: "The journey ended: {ending}.",
    Happening.NOTICE_RESENT: "A mail was sent again: {kind}.",
    Happening.NOTICE_BOUNCED: "A mail came back: {kind}.",
    Happening.ADDRESS_CORRECTED: "The practitioner's address was corrected.",
    Happening.ATTENTION_OPENED: "Attention was opened: {attention}.",
    Happening.ATTENTION_CLOSED: "Attention was closed: {attention}.",
}
"""One sentence for each kind of line; a test holds it complete."""

_PARTIES: Final = {"ops": "operations", "engine": "the mail server"}


def told(kind: str, facts: Mapping[str, object]) -> str:
    """Return the sentence of one line of a timeline; one of an unknown kind is named at least."""
    if kind not in set(Happening):
        return kind.replace("_", " ").capitalize() + "."
    return _SENTENCES[Happening(kind)].format_map(_Spoken(facts))


class _Spoken(dict[str, str]):
    """The facts of a line as they are said; what an early line does not have is left vague."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__({name: _said(value) for name, value in facts.items()})
        if "is_proficient" in facts:
            self["judgement"] = "proficient" if facts["is_proficient"] else "not yet"
        if "waiting_on" in facts:
            party = str(facts["waiting_on"])
            self["waiting_on"] = _PARTIES.get(party, f"the {party}")
        if "days" in facts:
            self["days"] = "1 day" if facts["days"] == 1 else f"{facts['days']} days"

    def __missing__(self, name: str) -> str:
        return f"some {name.replace('_', ' ')}"


def _said(value: object) -> str:
    return str(value).replace("_", " ")
