"""What a credential's page says: overruled by the records, and cut down to what was chosen."""

from datetime import UTC, datetime

import pytest

from domain.catalog import EssentialOutcome
from domain.credentials import CredentialState
from domain.sharing import UNCHOSEN, Sharing, Visibility, chosen
from domain.shown_credentials import Neighbours, as_recorded, shown
from domain.verification import (
    Check,
    CheckCode,
    CheckKind,
    CheckOutcome,
    OutcomeSaid,
    Verdict,
    Verification,
    WhatItSays,
)

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAYS = WhatItSays(
    id="https://example.org/credentials/c1",
    title="Steady Hands",
    issuer_id="did:key:z1",
    recipient_name="Somebody",
    outcomes=(OutcomeSaid(text="Plan the week.", value="Met", is_met=True),),
)
STATUS = Check(
    kind=CheckKind.STATUS,
    outcome=CheckOutcome.PASSED,
    code=CheckCode.NOT_REVOKED,
    sentence="It was not revoked.",
)
DETAILS = (EssentialOutcome(text="Plan\nthe  week.", details=("A written plan.",)),)


def found(verdict: Verdict) -> Verification:
    """Return what verifying found, with one check."""
    return Verification(verdict=verdict, checks=(STATUS,), says=SAYS, verified_at=AT)


@pytest.mark.parametrize("state", [CredentialState.REVOKED, CredentialState.REPLACED])
@pytest.mark.parametrize("verdict", [Verdict.VALID, Verdict.NOT_CONFIRMED])
def test_the_records_overrule_a_list_that_is_not_signed_yet(
    state: CredentialState, verdict: Verdict
) -> None:
    """Proves: what is revoked in the records is revoked, in verdict, sentence and check alike."""
    told = as_recorded(found(verdict), state)
    assert told.verdict is Verdict.REVOKED
    assert told.check(CheckKind.STATUS).code is CheckCode.REVOKED
    assert "revoked" in told.sentence


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.VALID, Verdict.NOT_CONFIRMED}))
def test_the_records_make_nothing_better(verdict: Verdict) -> None:
    """Proves: what was found to be wrong stays the verdict, whatever the records say."""
    for state in CredentialState:
        assert as_recorded(found(verdict), state) == found(verdict)
    assert as_recorded(found(Verdict.VALID), CredentialState.VALID).verdict is Verdict.VALID


@pytest.mark.parametrize("shows_name", [True, False])
@pytest.mark.parametrize("shows_details", [True, False])
def test_no_more_is_shown_than_was_chosen(shows_name: bool, shows_details: bool) -> None:
    """Proves: name and details stand there only if chosen; a detail finds its outcome though the
    catalogue breaks the line elsewhere.
    """
    sharing = Sharing(shows_name=shows_name, shows_details=shows_details)
    seen = shown(
        SAYS.id, CredentialState.VALID, found(Verdict.VALID), sharing, DETAILS, Neighbours()
    )
    assert (seen.recipient_name == "Somebody") == shows_name
    assert (seen.outcomes[0].details == ("A written plan.",)) == shows_details
    assert ("Somebody" in seen.model_dump_json()) == shows_name


def test_by_default_nobody_is_named_and_the_page_is_open() -> None:
    """Proves: what holds until somebody chooses."""
    assert UNCHOSEN.is_open
    assert not any((UNCHOSEN.shows_name, UNCHOSEN.shows_details, UNCHOSEN.gives_files))
    assert not Sharing(visibility=Visibility.PRIVATE).is_open


def test_files_bring_the_name_along() -> None:
    """Proves: whoever gives files away shows the name too, for every file has it."""
    assert chosen(
        Visibility.LINK, shows_name=False, shows_details=False, gives_files=True, version=0
    ).shows_name
    with pytest.raises(ValueError, match="files name their holder"):
        Sharing(gives_files=True)
