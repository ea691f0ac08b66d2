"""The journey's last step and what operations do after it, on the real engine (trap 20)."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from adapters.records.breach_queries import ways_to_break
from adapters.records.correction_book import CorrectionBook
from adapters.records.credential_drift import places_in
from adapters.records.credential_tables import CredentialRow, StatusListRow
from adapters.records.credential_values import CredentialView
from adapters.records.round_tables import AwardRow
from adapters.records.tables import EnrollmentRow, PersonRow
from domain.credentials import CorrectionKind, CredentialNoLongerCounts, CredentialState
from domain.enrollment import AttentionKind, Ending, Stage
from domain.grounds import grounds
from domain.notices import NoticeKind, NoticeState
from domain.timeline import Happening
from office.scheduling import sweep_now
from tests.house import OPS, House
from tests.waiting import eventually
from tests.workflows.test_happy_journey import assess

LONG_AGO = datetime.now(UTC) - timedelta(days=2)


async def awarded(house: House, library: str) -> str:
    """Return an enrollment whose journey ended in the award."""
    assessor = await house.hire(library)
    enrollment_id = await house.submitted(library)
    await assess(house, assessor, enrollment_id)
    await house.engine.journey(enrollment_id).result()
    return enrollment_id


async def without_credential(house: House, library: str) -> str:
    """Return an award of long ago, as a journey left it that was opened before credentials."""
    enrollment_id = await house.enrolled(library)
    await house.engine.journey(enrollment_id).terminate()
    async with house.database.transaction() as session:
        row = await session.get_one(EnrollmentRow, enrollment_id)
        row.stage, row.ending, row.ended_at = Stage.ENDED, Ending.AWARDED, LONG_AGO
        session.add(AwardRow(enrollment_id=enrollment_id, round=1, awarded_at=LONG_AGO))
    return enrollment_id


async def breaches(house: House) -> set[str]:
    """Return the enrollments that break the sentence about credentials."""
    found: set[str] = set()
    async with house.database.reading() as session:
        for way in ways_to_break(datetime.now(UTC))[6][1]:
            found |= set(await session.scalars(way.subjects))
    return found


async def only(house: House, enrollment_id: str) -> CredentialView:
    """Return the one credential of an award."""
    (view,) = await house.issued.of_enrollment(enrollment_id)
    return view


async def test_a_journey_ends_with_its_credential(house: House, library: str) -> None:
    """Proves: with the award comes a signed credential, a line of the timeline, and a status list
    that can be read; the award mail did not wait for it.
    """
    enrollment_id = await awarded(house, library)
    view = await only(house, enrollment_id)
    assert view.state is CredentialState.VALID
    listed = await house.issued.status_list(view.status.list_id)
    assert view.status.index not in places_in(listed.body)
    kinds = [line.kind for line in await house.timeline(enrollment_id)]
    assert kinds.index(Happening.ENDED) < kinds.index(Happening.CREDENTIAL_ISSUED)
    notices = await house.all_settled(enrollment_id)
    assert notices[-1].kind == NoticeKind.AWARDED


async def test_the_sweep_has_made_what_is_missing(house: House, library: str) -> None:
    """Proves: an award of before there were credentials gets one by itself, and the check counts
    it until then.
    """
    enrollment_id = await without_credential(house, library)
    assert enrollment_id in await breaches(house)
    report = await sweep_now(house.client)
    assert report.credentials_started >= 1

    async def is_there() -> bool:
        return bool(await house.issued.of_enrollment(enrollment_id))

    await eventually(is_there)
    assert enrollment_id not in await breaches(house)


async def test_ops_issue_what_is_missing(house: House, library: str) -> None:
    """Proves: who does not want to wait for the sweep presses a button; twice is once, and who
    pressed, and why, stands in the timeline.
    """
    enrollment_id = await without_credential(house, library)
    made = await asyncio.gather(
        *(house.credentials.issue_again(enrollment_id, OPS) for _ in range(2))
    )
    assert {each.id for each in made} == {(await only(house, enrollment_id)).id}
    lines = await house.timeline(enrollment_id)
    (line,) = [each for each in lines if each.kind == Happening.CREDENTIAL_ISSUED]
    assert line.reason_id is not None


async def test_ops_revoke_and_the_holder_is_told(house: House, library: str) -> None:
    """Proves: two presses of one form are one revocation, published and mailed with its reason;
    another form meets a refusal.
    """
    enrollment_id = await awarded(house, library)
    view = await only(house, enrollment_id)
    why = grounds("The portfolio was somebody else's.", "Operations", datetime.now(UTC))
    done = await asyncio.gather(*(house.credentials.revoke(view.id, why, "p1") for _ in range(2)))
    assert [each.is_done for each in done] == [True, True]
    listed = await house.issued.status_list(view.status.list_id)
    assert view.status.index in places_in(listed.body)
    with pytest.raises(CredentialNoLongerCounts):
        await house.credentials.revoke(view.id, why, "p2")
    notices = await house.all_settled(enrollment_id)
    (told,) = [each for each in notices if each.kind == NoticeKind.CREDENTIAL_REVOKED]
    assert told.state == NoticeState.ACCEPTED
    letters = [each.body for each in house.smtp.received if told.id.encode() in each.body]
    assert len(letters) == 1
    assert b"The portfolio was somebody else's." in letters[0]


async def test_ops_reissue_under_a_corrected_name(house: House, library: str) -> None:
    """Proves: the new credential says what the records say today, the old one is revoked, and ops
    can go on from there: revoke it, and issue another one after all.
    """
    enrollment_id = await awarded(house, library)
    first = await only(house, enrollment_id)
    async with house.database.transaction() as session:
        (await session.get_one(PersonRow, first.person_id)).name = "Robin Corrected"
    done = await house.credentials.reissue(first.id, OPS, "p1")
    again = await house.credentials.reissue(first.id, OPS, "p1")
    assert done.replacement_id == again.replacement_id is not None
    pair = (first.id, str(again.replacement_id))
    bodies = [(await house.issued.signed(each)).body for each in pair]
    assert [b"Robin Corrected" in body for body in bodies] == [False, True]
    await house.credentials.revoke(str(done.replacement_id), OPS, "p2")
    third = await house.credentials.issue_again(enrollment_id, OPS)
    states = [each.state for each in await house.issued.of_enrollment(enrollment_id)]
    assert states == [CredentialState.REPLACED, CredentialState.REPLACED, CredentialState.VALID]
    assert third.replaces == done.replacement_id
    assert enrollment_id not in await breaches(house)


async def test_the_sweep_takes_up_a_correction_that_nobody_carries_out(
    house: House, library: str
) -> None:
    """Proves: a crash between the record of a correction and its start is mended."""
    view = await only(house, await awarded(house, library))
    asked = OPS.model_copy(update={"at": LONG_AGO})
    await CorrectionBook(house.database).ask("k-left-alone", view.id, CorrectionKind.REVOKE, asked)
    report = await sweep_now(house.client)
    assert report.corrections_taken_up >= 1

    async def is_revoked() -> bool:
        now = await house.issued.credential(view.id)
        return now.state is CredentialState.REVOKED and now.is_revocation_public

    await eventually(is_revoked)


async def test_the_sweep_publishes_what_its_list_does_not_say(house: House, library: str) -> None:
    """Proves: a revocation whose list was never signed, and a list that says what the records do
    not, are both published anew; the second is brought to ops.
    """
    view = await only(house, await awarded(house, library))
    async with house.database.transaction() as session:
        row = await session.get_one(CredentialRow, view.id)
        row.revoked_at = LONG_AGO
    assert view.enrollment_id in await breaches(house)
    assert (await sweep_now(house.client)).status_lists_started >= 1

    async def is_published() -> bool:
        listed = await house.issued.status_list(view.status.list_id)
        return view.status.index in places_in(listed.body)

    await eventually(is_published)
    assert view.enrollment_id not in await breaches(house)
    empty = await house.issued.status_list(view.status.list_id)
    async with house.database.transaction() as session:
        body = b'{"credentialSubject": {"encodedList": "damaged"}}'
        await session.execute(
            update(StatusListRow).where(StatusListRow.id == empty.id).values(body=body)
        )
    report = await sweep_now(house.client)
    assert report.credentials_differing >= 1
    assert AttentionKind.CREDENTIAL_DIFFERS in await house.attention(view.enrollment_id)
    await eventually(is_published)


async def test_the_sweep_reads_again_what_was_kept(house: House, library: str) -> None:
    """Proves: bytes that name another credential than the row they are kept under are found."""
    view = await only(house, await awarded(house, library))
    assert view.enrollment_id not in await breaches(house)
    async with house.database.transaction() as session:
        row = await session.get_one(CredentialRow, view.id)
        kept = row.body
        row.body, row.examined_at = kept.replace(view.id.encode(), b"c-other"), LONG_AGO
    await sweep_now(house.client)
    assert AttentionKind.CREDENTIAL_DIFFERS in await house.attention(view.enrollment_id)
    async with house.database.transaction() as session:
        (await session.get_one(CredentialRow, view.id)).body = kept
