"""Credentials before operations: found, issued, taken back and issued anew, each with a reason."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.records.credential_values import CorrectionState, CredentialView
from adapters.records.round_tables import AwardRow
from adapters.records.tables import AttentionRow, EnrollmentRow
from domain.credentials import CorrectionKind, CredentialState
from domain.enrollment import AttentionKind, Ending, Stage
from portal.operations.credential_acts import CORRECTIONS
from portal.operations.credentials import CORRECTION_TONES, TONES
from tests.house import OPS, House
from tests.portal.credentials import awarded
from tests.portal.public_pages import carried
from tests.portal.served import Browser, Portal

WHY = "Their name is spelled another way."
LIST = "/ops/credentials"


@pytest.fixture(scope="module")
async def one(house: House) -> CredentialView:
    """A credential that counts."""
    return await awarded(house, "ops-credentials")


@pytest.fixture
async def ops(portal: Portal) -> Browser:
    """A browser of operations."""
    return await portal.operations()


async def test_the_list_finds_by_state_library_month_and_person(
    house: House, ops: Browser, one: CredentialView
) -> None:
    """Proves: each filter finds the credential and its opposite does not; CSV says the same."""
    month = one.issued_at.astimezone(UTC)
    here = f"{LIST}?library={one.library}"
    number = one.practitioner.rpartition(" ")[2]
    for query in ("", "&state=valid", f"&text={number}", f"&text={one.enrollment_id}"):
        assert one.id in await ops.get(here + query)
    for query in ("&state=revoked", "&text=nobodyatall", "&month=2001-02"):
        assert one.id not in await ops.get(here + query)
        assert "No credential fits" in ops.text
    shown = [await ops.get(f"{here}&month={each:%Y-%m}") for each in _around(month)]
    assert any(one.id in source for source in shown)
    answer = await ops.client.get(f"{here}&as=csv")
    assert f"{one.id},{one.enrollment_id}" in answer.text
    await ops.get(f"{LIST}?month=2026-13", status=422)


def _around(at: datetime) -> tuple[datetime, datetime]:
    """Return instants of the month in UTC and of the one in the programme's zone."""
    return at, at - timedelta(hours=8)


async def test_a_credential_is_taken_back_with_a_reason_once(
    house: House, portal: Portal, ops: Browser, library: str
) -> None:
    """Proves: the form says what would happen, wants a reason and keeps the press; pressed twice it
    is one correction; another one is refused; the page tells who, when and why.
    """
    view = await awarded(house, library)
    here = f"{LIST}/{view.id}"
    assert f"{here}/revoke" in await ops.get(here)
    hidden = carried(await ops.get(f"{here}/revoke"))
    assert "This cannot be undone" in ops.text
    await ops.post(f"{here}/revoke", 422, press=hidden["press"], reason=" ")
    assert carried(ops.last.text if ops.last else "")["press"] == hidden["press"]
    leads_to = await ops.post(f"{here}/revoke", press=hidden["press"], reason=WHY)
    await ops.post(f"{here}/revoke", press=hidden["press"], reason=WHY)
    await ops.get(leads_to)
    assert ops.text.count(WHY) == 1
    assert "asked for by Operator Nr" in ops.text
    assert "taken back" in ops.text
    await ops.post(f"{here}/reissue", 409, press="another", reason=WHY)
    await ops.get(f"{here}/revoke")
    assert "nothing to correct" in ops.text
    (correction,) = (await house.issued.credential(view.id)).corrections
    assert correction.state is CorrectionState.DONE


async def test_issued_anew_leads_to_the_new_one_and_after_a_revocation_another_can_be_issued(
    house: House, ops: Browser, library: str
) -> None:
    """Proves: the chain of an award from the first to what counts, through both acts."""
    view = await awarded(house, library)
    hidden = carried(await ops.get(f"{LIST}/{view.id}/reissue"))
    new = await ops.post(f"{LIST}/{view.id}/reissue", press=hidden["press"], reason=WHY)
    assert view.id not in new
    await ops.get(new)
    assert "took the place of the earlier one" in ops.text
    number = new.rpartition("/")[2]
    await house.credentials.revoke(number, OPS)
    here = f"{LIST}/awards/{view.enrollment_id}"
    await ops.get(here)
    assert "Issue another one" in ops.text
    await ops.post(f"{here}/issue", 422, reason="")
    last = await ops.post(f"{here}/issue", reason=WHY)
    chain = await house.issued.of_enrollment(view.enrollment_id)
    assert [each.id for each in chain] == [view.id, number, last.rpartition("/")[2]]
    assert chain[-1].state is CredentialState.VALID
    await ops.get(here)
    assert "One of them counts" in ops.text


async def test_what_is_missing_is_issued_where_attention_leads(
    house: House, ops: Browser, library: str
) -> None:
    """Proves: the attention leads to the award, which says what is missing and makes it."""
    enrollment_id = await house.working(library)
    await house.engine.journey(enrollment_id).terminate()
    at = datetime.now(UTC)
    async with house.database.transaction() as session:
        row = await session.get_one(EnrollmentRow, enrollment_id)
        row.stage, row.ending, row.ended_at = Stage.ENDED, Ending.AWARDED, at
        session.add(AwardRow(enrollment_id=enrollment_id, round=1, awarded_at=at))
        session.add(
            AttentionRow(
                subject_id=enrollment_id,
                kind=AttentionKind.CREDENTIAL_MISSING,
                opened_at=at,
                opened_why="the title has a control character",
            )
        )
    here = f"{LIST}/awards/{enrollment_id}"
    assert here in await ops.get("/ops/attention?kind=credential_missing")
    await ops.get(here)
    assert "the title has a control character" in ops.text
    leads_to = await ops.post(f"{here}/issue", reason=WHY)
    await ops.get(leads_to)
    assert "The credential is issued." in ops.text


async def test_nothing_is_issued_without_an_award_or_for_nobody(
    house: House, ops: Browser, library: str
) -> None:
    """Proves: an open journey has no credential to issue, and unknown numbers are not there."""
    enrollment_id = await house.working(library)
    await ops.get(f"{LIST}/awards/{enrollment_id}")
    assert "nothing was awarded" in ops.text
    await ops.post(f"{LIST}/awards/{enrollment_id}/issue", 409, reason=WHY)
    for unknown in ("/cnobody", "/cnobody/revoke", "/awards/enobody"):
        await ops.get(LIST + unknown, status=404)


async def test_it_is_for_operations_alone(portal: Portal, one: CredentialView) -> None:
    """Proves: the holder of a credential cannot look at its page of operations."""
    holder = await portal.practitioner(one.enrollment_id)
    await holder.get(f"{LIST}/{one.id}", status=401)
    await holder.post(f"{LIST}/{one.id}/revoke", 401, reason=WHY)


def test_every_state_and_correction_has_its_words() -> None:
    """Proves: a new one cannot be forgotten."""
    assert set(TONES) == set(CredentialState)
    assert set(CORRECTIONS) == set(CorrectionKind)
    assert set(CORRECTION_TONES) == set(CorrectionState)
