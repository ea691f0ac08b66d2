"""Revoking and reissuing: one fact each, however often it is pressed, and by how many."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.credential_contracts import AwardRef, Corrected, CorrectionRef, StatusListRef
from activities.failures import cross
from adapters.mail.catalogue import sample_facts
from adapters.records.credential_drift import places_in
from adapters.records.credential_tables import CredentialRow
from adapters.records.credential_values import CorrectionState, CredentialView
from adapters.records.database import Database
from adapters.records.steps.turn import situation_of
from adapters.records.tables import EnrollmentRow, NoticeRow, TimelineRow
from domain.credentials import (
    CorrectionKind,
    CredentialNoLongerCounts,
    CredentialState,
    UnknownCorrection,
    UnknownCredential,
)
from domain.notice_rules import still_applies
from domain.notices import NoticeKind
from domain.timeline import Happening
from tests.issuing import Issuing, signer
from tests.traps.books import Books, because

REVOKE, REISSUE = CorrectionKind.REVOKE, CorrectionKind.REISSUE


@pytest.fixture
async def issuing(database: AsyncEngine) -> Issuing:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Issuing(books)


async def issued(issuing: Issuing, number: int = 1) -> CredentialView:
    """Return the credential of somebody new who was awarded."""
    award = AwardRef(enrollment_id=await issuing.awarded(number))
    made = await issuing.activities.issue_credential(award)
    return await issuing.views.credential(str(made.credential_id))


async def asked(issuing: Issuing, kind: CorrectionKind, credential_id: str, name: str) -> str:
    """Ask for a correction; returns its number."""
    await issuing.corrections.ask(name, credential_id, kind, because())
    return name


async def corrected(issuing: Issuing, correction_id: str) -> Corrected:
    """Carry a correction out and publish its lists, as the workflow does."""
    done = await issuing.activities.correct_credential(CorrectionRef(correction_id=correction_id))
    for list_id in done.status_lists:
        await issuing.activities.publish_status_list(StatusListRef(list_id=list_id))
    return done


async def published(issuing: Issuing, view: CredentialView) -> set[int]:
    """Return the places that everybody reads as revoked."""
    return places_in((await issuing.views.status_list(view.status.list_id)).body)


async def test_a_revocation_is_one_fact_and_everybody_reads_it(issuing: Issuing) -> None:
    """Proves: revoked, told and in the timeline with who and why, once for three attempts; the
    published list says so of this credential and of no other.
    """
    other, view = await issued(issuing, 1), await issued(issuing, 2)
    name = await asked(issuing, REVOKE, view.id, "k1")
    await asked(issuing, REVOKE, view.id, name)
    for _ in range(3):
        assert (await corrected(issuing, name)).replacement_id is None

    now = await issuing.views.credential(view.id)
    assert (now.state, now.is_revocation_public) == (CredentialState.REVOKED, True)
    assert await published(issuing, view) == {view.status.index}
    assert (await issuing.views.credential(other.id)).state is CredentialState.VALID
    (line,) = now.corrections
    assert (line.kind, line.state, line.by_name) == (REVOKE, CorrectionState.DONE, "operations")
    assert line.reason == "because the test says so"
    notices = [row for row in await issuing.books.rows(NoticeRow) if "credential" in row.kind]
    assert [row.kind for row in notices] == [NoticeKind.CREDENTIAL_REVOKED]
    assert set(issuing.told.notices) == {notices[0].id}
    told = [row for row in await issuing.books.rows(TimelineRow) if row.reason_id is not None]
    assert [row.kind for row in told] == [Happening.CREDENTIAL_REVOKED]


async def test_a_reissue_revokes_one_and_another_counts(issuing: Issuing) -> None:
    """Proves: at every moment one credential at most counts; the new one says whom it replaces,
    has a place and bytes of its own, and the old one's bytes are as they were.
    """
    view = await issued(issuing)
    before = await issuing.views.signed(view.id)
    name = await asked(issuing, REISSUE, view.id, "k1")
    answers = {(await corrected(issuing, name)).replacement_id for _ in range(2)}

    old, new = await issuing.views.chain(view.id)
    assert answers == {new.id}
    assert (old.state, new.state) == (CredentialState.REPLACED, CredentialState.VALID)
    assert (old.replaced_by, new.replaces, new.ordinal) == (new.id, old.id, 2)
    assert await issuing.views.signed(old.id) == before
    assert await published(issuing, old) == {old.status.index}
    assert new.status.index != old.status.index
    kinds = [row.kind for row in await issuing.books.rows(NoticeRow) if "credential" in row.kind]
    assert kinds == [NoticeKind.CREDENTIAL_REISSUED]


@pytest.mark.parametrize("kinds", [(REVOKE, REVOKE), (REISSUE, REISSUE), (REVOKE, REISSUE)])
async def test_of_two_corrections_at_once_one_is_done(
    issuing: Issuing, kinds: tuple[CorrectionKind, ...]
) -> None:
    """Proves: two people who press at the same moment change the credential once; the other one
    is told that it does not count any more, and that stays on record.
    """
    view = await issued(issuing)
    names = [await asked(issuing, kind, view.id, f"k{n}") for n, kind in enumerate(kinds)]
    answers = await asyncio.gather(
        *(corrected(issuing, name) for name in names), return_exceptions=True
    )
    done = [each for each in answers if isinstance(each, Corrected)]
    (refused,) = [each for each in answers if not isinstance(each, Corrected)]
    refusal = CredentialNoLongerCounts(state=CredentialState.REVOKED)
    assert getattr(refused, "type", None) == cross(refusal).type
    assert len(done) == 1
    states = sorted(each.state for each in await issuing.views.corrections(view.id))
    assert states == [CorrectionState.DONE, CorrectionState.REFUSED]
    counting = [row for row in await issuing.books.rows(CredentialRow) if row.revoked_at is None]
    assert len(counting) == (1 if done[0].replacement_id else 0)


async def test_the_same_correction_at_once_is_one(issuing: Issuing) -> None:
    """Proves: a form that is pressed twice before the first answer came is one correction."""
    view = await issued(issuing)
    name = await asked(issuing, REISSUE, view.id, "k1")
    answers = await asyncio.gather(*(corrected(issuing, name) for _ in range(5)))
    assert len({each.replacement_id for each in answers}) == 1
    assert len(await issuing.views.chain(view.id)) == 2


async def test_a_replacement_that_cannot_be_signed_changes_nothing(issuing: Issuing) -> None:
    """Proves: nothing is revoked before what replaces it is signed; once the text is mended, the
    same correction is carried out, and its refusal is forgotten.
    """
    view = await issued(issuing)
    name = await asked(issuing, REISSUE, view.id, "k1")
    broken = issuing.signing_with(signer(programme_name="Bell \x07 Programme"))
    with pytest.raises(Exception, match="not signed") as refused:
        await broken.correct_credential(CorrectionRef(correction_id=name))
    assert getattr(refused.value, "type", "") == "CredentialNotSignable"
    (line,) = await issuing.views.corrections(view.id)
    assert line.state is CorrectionState.REFUSED
    assert "was not signed" in line.refused_why
    assert (await issuing.views.credential(view.id)).state is CredentialState.VALID

    assert (await corrected(issuing, name)).replacement_id is not None
    (line,) = await issuing.views.corrections(view.id)
    assert (line.state, line.refused_why) == (CorrectionState.DONE, "")


async def test_revocations_at_once_are_all_published(issuing: Issuing) -> None:
    """Proves: six people of one list, revoked at the same moment, are all in the list that is
    published last, and its version only ever grew.
    """
    views = [await issued(issuing, number) for number in range(1, 7)]
    names = [await asked(issuing, REVOKE, view.id, f"k{view.id}") for view in views]
    await asyncio.gather(*(corrected(issuing, name) for name in names))
    assert await published(issuing, views[0]) == {view.status.index for view in views}
    assert (await issuing.views.status_list(views[0].status.list_id)).version == 7


async def test_a_letter_that_is_no_longer_true_is_not_sent(issuing: Issuing) -> None:
    """Proves: who is revoked right after a reissue is not told of a new credential any more, and
    the letter about the revocation is one that can be written.
    """
    view = await issued(issuing)
    done = await corrected(issuing, await asked(issuing, REISSUE, view.id, "k1"))
    await corrected(issuing, await asked(issuing, REVOKE, str(done.replacement_id), "k2"))
    row = await issuing.books.row(EnrollmentRow, view.enrollment_id)
    applies = {}
    async with issuing.database.reading() as session:
        for notice in await issuing.books.rows(NoticeRow):
            now = await situation_of(session, row, notice)
            applies[notice.kind] = still_applies(NoticeKind(notice.kind), notice.round, now)
    assert applies[NoticeKind.CREDENTIAL_REVOKED]
    assert not applies[NoticeKind.CREDENTIAL_REISSUED]
    outgoing = await issuing.books.notices.prepare(issuing.told.notices[-1], datetime.now(UTC))
    facts = getattr(outgoing, "facts", sample_facts(NoticeKind.ACCESS)[0])
    assert facts.reason == "because the test says so"


async def test_what_nobody_knows_cannot_be_corrected(issuing: Issuing) -> None:
    """Proves: neither an unknown credential nor an unknown correction is taken on."""
    with pytest.raises(UnknownCredential):
        await asked(issuing, REVOKE, "c-none", "k1")
    with pytest.raises(UnknownCorrection):
        await issuing.corrections.prepare("k-none", datetime.now(UTC))
