"""What a credential's page says to somebody who checks it: never more than its holder chose.

Verifying tells whether a credential is good; this decides how much of it is shown. The reason of a
revocation is nobody's business but the holder's and that of operations, so it is nowhere here.
"""

from collections.abc import Sequence
from typing import Final

from domain.catalog import EssentialOutcome
from domain.credentials import CredentialState
from domain.sharing import Sharing
from domain.values import Instant, Value
from domain.verification import (
    Check,
    CheckCode,
    CheckKind,
    CheckOutcome,
    OutcomeSaid,
    Verdict,
    Verification,
)

_REVOKED: Final = Check(
    kind=CheckKind.STATUS,
    outcome=CheckOutcome.FAILED,
    code=CheckCode.REVOKED,
    sentence="Whoever issued this credential has taken it back.",
)


class Neighbours(Value):
    """The addresses of the credentials before and after this one in a chain of corrections."""

    replaces: str | None = None
    replaced_by: str | None = None


class ShownOutcome(Value):
    """An essential outcome as the page shows it; ``details`` only if the holder chose so."""

    text: str
    is_met: bool | None
    details: tuple[str, ...] = ()


class ShownCredential(Value):
    """A checked credential, cut down to what its holder shows.

    ``address`` is its own page, absolute. ``recipient_name`` is None unless it was chosen.
    ``hours`` are those of professional development.
    """

    address: str
    state: CredentialState
    verdict: Verdict
    sentence: str
    checks: tuple[Check, ...]
    checked_at: Instant
    title: str
    issuer_name: str
    issuer_id: str
    recipient_name: str | None
    awarded_at: Instant | None
    issued_at: Instant | None
    expires_at: Instant | None
    hours: float | None
    outcomes: tuple[ShownOutcome, ...]
    criteria: str
    neighbours: Neighbours
    gives_files: bool


def as_recorded(found: Verification, state: CredentialState) -> Verification:
    """Return what was found, overruled by the records where these know better.

    What is revoked in them is revoked at once, even while the published list that says so to
    everybody is still being signed.
    """
    if state is CredentialState.VALID or found.verdict not in _STANDING:
        return found
    checks = tuple(_REVOKED if each.kind is CheckKind.STATUS else each for each in found.checks)
    return found.model_copy(update={"verdict": Verdict.REVOKED, "checks": checks})


def shown(
    address: str,
    state: CredentialState,
    found: Verification,
    sharing: Sharing,
    details: Sequence[EssentialOutcome],
    neighbours: Neighbours,
) -> ShownCredential:
    """Return what everybody may see of a verified credential."""
    found = as_recorded(found, state)
    says = found.says
    return ShownCredential(
        address=address,
        state=state,
        verdict=found.verdict,
        sentence=found.sentence,
        checks=found.checks,
        checked_at=found.verified_at,
        title=says.title if says else "",
        issuer_name=says.issuer_name if says else "",
        issuer_id=says.issuer_id if says else "",
        recipient_name=says.recipient_name if says and sharing.shows_name else None,
        awarded_at=says.awarded_at if says else None,
        issued_at=says.issued_at if says else None,
        expires_at=says.expires_at if says else None,
        hours=says.credits if says else None,
        outcomes=_outcomes(says.outcomes if says else (), details if sharing.shows_details else ()),
        criteria=says.achievement_id if says else "",
        neighbours=neighbours,
        gives_files=sharing.gives_files,
    )


_STANDING: Final = frozenset({Verdict.VALID, Verdict.NOT_CONFIRMED})
"""Verdicts that a revocation overrules."""


def _outcomes(
    said: Sequence[OutcomeSaid], details: Sequence[EssentialOutcome]
) -> tuple[ShownOutcome, ...]:
    """Put the details beside the outcome of the same words; numbers could differ."""
    by_text = {_plain(outcome.text): outcome.details for outcome in details}
    return tuple(
        ShownOutcome(text=each.text, is_met=each.is_met, details=by_text.get(_plain(each.text), ()))
        for each in said
    )


def _plain(text: str) -> str:
    """The document has an outcome on one line, whatever the catalogue's page had."""
    return " ".join(text.split())
