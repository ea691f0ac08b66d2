"""Issuing: one credential for each award, whatever is repeated or comes at once (trap 20)."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.credential_contracts import AwardRef
from activities.credential_ports import Kept
from adapters.records import credential_facts
from adapters.records.credential_tables import CredentialRow, RecipientRow, StatusListRow
from adapters.records.credential_writing import BodyOfAnother, named_in, place_of
from adapters.records.database import Database
from adapters.records.tables import AttentionRow, EnrollmentRow, TimelineRow
from domain.credentials import (
    CredentialNoLongerCounts,
    CredentialNotAwarded,
    CredentialState,
)
from domain.enrollment import AttentionKind, UnknownEnrollment
from domain.timeline import Happening
from tests.issuing import Issuing, signer
from tests.traps.books import Books

AT_ONCE = 8


@pytest.fixture
async def issuing(database: AsyncEngine) -> Issuing:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Issuing(books)


async def test_an_award_gets_one_credential_however_often_it_is_asked_for(
    issuing: Issuing,
) -> None:
    """Proves: eight attempts at once, and one more later, leave one credential, one line of the
    timeline, one number of the person and one status list, and all answer the same.
    """
    enrollment_id = await issuing.awarded()
    award = AwardRef(enrollment_id=enrollment_id)
    calls = [issuing.activities.issue_credential(award) for _ in range(AT_ONCE)]
    answers = {each.credential_id for each in await asyncio.gather(*calls)}
    kept = await issuing.views.signed(str(next(iter(answers))))
    again = await issuing.activities.issue_credential(award)

    (row,) = await issuing.books.rows(CredentialRow)
    assert answers == {row.id} == {again.credential_id}
    assert await issuing.views.signed(row.id) == kept
    lines = [each.kind for each in await issuing.books.rows(TimelineRow)]
    assert lines.count(Happening.CREDENTIAL_ISSUED) == 1
    assert len(await issuing.books.rows(RecipientRow)) == 1
    assert len(await issuing.books.rows(StatusListRow)) == 1


async def test_what_is_kept_names_its_own_number_and_place(issuing: Issuing) -> None:
    """Proves: the bytes that are served are those of this row, signed twice over, and its status
    list can be read from the first credential on.
    """
    enrollment_id = await issuing.awarded()
    await issuing.activities.issue_credential(AwardRef(enrollment_id=enrollment_id))
    (row,) = await issuing.books.rows(CredentialRow)
    (view,) = await issuing.views.of_enrollment(enrollment_id)
    assert named_in(row.body) == (row.id, place_of(row))
    assert (view.state, view.ordinal, view.has_jwt) == (CredentialState.VALID, 1, True)
    assert view.practitioner == "Learner Nr1"
    listed = await issuing.views.status_list(row.status_list_id)
    assert listed.version == 1
    assert b"BitstringStatusList" in listed.body


async def test_a_signature_that_comes_second_is_forgotten(issuing: Issuing) -> None:
    """Proves: whoever signed and was slower is answered with what was kept, byte for byte."""
    enrollment_id = await issuing.awarded()
    first, second = [await issuing.prepared(enrollment_id) for _ in range(2)]
    kept = await issuing.credentials.keep(*first)
    late = await issuing.credentials.keep(*second)
    assert kept is not None
    assert late is not None
    assert kept.credential_id == late.credential_id == first[0].id
    assert await issuing.views.signed(first[0].id) == first[1]


async def test_a_taken_status_place_is_never_given_twice(issuing: Issuing) -> None:
    """Proves: two that drew the same place do not both get it, and the loser draws another one."""
    first, second = await issuing.awarded(1), await issuing.awarded(2)
    facts, signed = await issuing.prepared(first)
    await issuing.credentials.keep(facts, signed)
    other, _ = await issuing.prepared(second)
    drawn = other.model_copy(update={"status": facts.status})
    assert await issuing.credentials.keep(drawn, await signer().sign(drawn)) is None
    assert (await issuing.activities.issue_credential(AwardRef(enrollment_id=second))).credential_id
    places = {place_of(row) for row in await issuing.books.rows(CredentialRow)}
    assert len(places) == 2


async def test_another_body_is_not_kept_under_a_number(issuing: Issuing) -> None:
    """Proves: what was signed for somebody else cannot come to be served as this credential."""
    first, second = await issuing.awarded(1), await issuing.awarded(2)
    facts, _ = await issuing.prepared(first)
    _, foreign = await issuing.prepared(second)
    with pytest.raises(BodyOfAnother):
        await issuing.credentials.keep(facts, foreign)
    assert await issuing.books.rows(CredentialRow) == []


async def test_a_half_full_list_is_followed_by_another(
    issuing: Issuing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves: places stay easy to draw, and two who need a new list at once get the same one."""
    monkeypatch.setattr(credential_facts, "FULLEST", 2)
    awards = [AwardRef(enrollment_id=await issuing.awarded(number)) for number in range(1, 6)]
    for award in awards[:2]:
        await issuing.activities.issue_credential(award)
    await asyncio.gather(*map(issuing.activities.issue_credential, awards[2:4]))
    await issuing.activities.issue_credential(awards[4])
    async with issuing.database.reading() as session:
        counted = await session.execute(
            select(func.count(CredentialRow.id)).group_by(CredentialRow.status_list_id)
        )
        assert sorted(counted.scalars()) == [1, 2, 2]


async def test_what_cannot_be_signed_is_brought_to_ops_and_the_award_stands(
    issuing: Issuing,
) -> None:
    """Proves: a lasting refusal ends in one open attention that says what to mend, however often
    it is tried; once it is mended the credential is made and the attention closed.
    """
    enrollment_id = await issuing.awarded()
    award = AwardRef(enrollment_id=enrollment_id)
    broken = issuing.signing_with(signer(programme_name="Bell \x07 Programme"))
    for _ in range(2):
        assert (await broken.issue_credential(award)).credential_id is None
    (attention,) = await issuing.books.rows(AttentionRow)
    assert attention.kind == AttentionKind.CREDENTIAL_MISSING
    assert "was not signed" in await issuing.views.why_not_signed(enrollment_id)
    assert (await issuing.books.row(EnrollmentRow, enrollment_id)).open_attention == 1

    assert (await issuing.activities.issue_credential(award)).credential_id is not None
    assert await issuing.views.why_not_signed(enrollment_id) == ""
    assert (await issuing.books.row(EnrollmentRow, enrollment_id)).open_attention == 0


async def test_only_an_award_gets_a_credential(issuing: Issuing) -> None:
    """Proves: neither an open journey nor an unknown one comes by a credential."""
    enrollment_id = await issuing.books.enrolled(1)
    now = datetime.now(UTC)
    with pytest.raises(CredentialNotAwarded):
        await issuing.credentials.prepare(enrollment_id, None, now)
    with pytest.raises(UnknownEnrollment):
        await issuing.credentials.prepare("e-none", None, now)


async def test_a_revoked_award_gets_another_credential_only_when_ops_say_so(
    issuing: Issuing,
) -> None:
    """Proves: a revocation is not undone by a repeated step, and can be followed by people."""
    enrollment_id = await issuing.awarded()
    facts, signed = await issuing.prepared(enrollment_id)
    await issuing.credentials.keep(facts, signed)
    async with issuing.database.transaction() as session:
        (await session.get_one(CredentialRow, facts.id)).revoked_at = facts.issued_at
    now = datetime.now(UTC)
    with pytest.raises(CredentialNoLongerCounts):
        await issuing.credentials.prepare(enrollment_id, None, now)
    award = AwardRef(enrollment_id=enrollment_id, after=facts.id, reason_id="r-because")
    made = {(await issuing.activities.issue_credential(award)).credential_id for _ in range(2)}
    old, new = await issuing.views.of_enrollment(enrollment_id)
    assert made == {new.id}
    assert (old.state, old.replaced_by, new.replaces) == (CredentialState.REPLACED, new.id, old.id)
    known = await issuing.credentials.prepare(enrollment_id, None, now)
    assert isinstance(known, Kept)
    assert known.credential_id == new.id


async def test_no_list_is_published_over_a_newer_one(issuing: Issuing) -> None:
    """Proves: who signed a list that was changed in between does not put the older one back."""
    facts, signed = await issuing.prepared(await issuing.awarded())
    await issuing.credentials.keep(facts, signed)
    now = datetime.now(UTC)
    early = await issuing.lists.as_it_stands(facts.status.list_id)
    empty = await signer().sign_status_list(early.list_id, early.revoked, now)
    async with issuing.database.transaction() as session:
        (await session.get_one(CredentialRow, facts.id)).revoked_at = now
    later = await issuing.lists.as_it_stands(facts.status.list_id)
    full = await signer().sign_status_list(later.list_id, later.revoked, now)
    assert await issuing.lists.publish(later, full, now)
    assert not await issuing.lists.publish(early, empty, now)
    assert (await issuing.views.status_list(early.list_id)).body == full.body
    (view,) = await issuing.views.of_enrollment(facts.enrollment_id)
    assert view.is_revocation_public


async def test_a_place_that_is_revoked_while_a_list_is_signed_is_published_next(
    issuing: Issuing,
) -> None:
    """Proves: a list that was signed before a revocation does not count as telling of it."""
    facts, signed = await issuing.prepared(await issuing.awarded())
    await issuing.credentials.keep(facts, signed)
    now = datetime.now(UTC)
    listed = await issuing.lists.as_it_stands(facts.status.list_id)
    async with issuing.database.transaction() as session:
        (await session.get_one(CredentialRow, facts.id)).revoked_at = now
    body = await signer().sign_status_list(listed.list_id, listed.revoked, now)
    assert await issuing.lists.publish(listed, body, now)
    (view,) = await issuing.views.of_enrollment(facts.enrollment_id)
    assert not view.is_revocation_public
