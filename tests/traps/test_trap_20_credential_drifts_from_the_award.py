"""Trap 20: an award without its credential, or a credential that says another thing than the award.

How a credential is made with its award, and mended by the sweep, is in ``tests/workflows``; here is
what is seen when the two have come apart all the same.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.credential_contracts import AwardRef
from adapters.records.credential_drift import CredentialDrift
from adapters.records.credential_tables import CredentialRow
from adapters.records.credential_values import CredentialFilter
from adapters.records.database import Database
from adapters.records.invariants import InvariantBook
from domain.credentials import CredentialState
from tests.issuing import Issuing
from tests.traps.books import NOW, Books

NUMBER = 7
"""Of the sentence that says so."""

NEVER_MORE = datetime.now(UTC) + timedelta(days=1)
"""When whatever is in passing today has had its time."""


@pytest.fixture
async def issuing(database: AsyncEngine) -> Issuing:
    """Books with one micro-credential for sale, on either database."""
    books = Books(Database(database))
    await books.publish()
    return Issuing(books)


async def issued(issuing: Issuing, number: int) -> str:
    """Return the credential of somebody new who was awarded."""
    award = AwardRef(enrollment_id=await issuing.awarded(number))
    return str((await issuing.activities.issue_credential(award)).credential_id)


async def change(issuing: Issuing, credential_id: str, **values: object) -> str:
    """Change a row by hand, as nothing in Laurel does; returns its enrollment."""
    async with issuing.database.transaction() as session:
        row = await session.get_one(CredentialRow, credential_id)
        for name, value in values.items():
            setattr(row, name, value)
        return row.enrollment_id


async def wrong(issuing: Issuing) -> list[tuple[str, str]]:
    """Return what is wrong, and with which enrollment."""
    page = await InvariantBook(issuing.database).breaches(NUMBER, NEVER_MORE)
    return [(row.wrong, row.subject) for row in page.lines]


async def test_whatever_comes_apart_is_counted_and_named(issuing: Issuing) -> None:
    """Proves: each way in which award, credential and status list can disagree is a breach of its
    own with the enrollment to look at; a revocation that everybody reads is none.
    """
    assert await wrong(issuing) == []
    ids = [await issued(issuing, number) for number in range(1, 5)]
    bare = await issuing.awarded(9)
    assert await wrong(issuing) == [("awarded, and without a credential", bare)]
    late = await change(issuing, ids[0], revoked_at=NOW)
    untrue = await change(issuing, ids[1], revocation_published_at=NOW)
    await change(issuing, ids[2], revoked_at=NOW, revocation_published_at=NOW)
    assert await wrong(issuing) == [
        ("awarded, and without a credential", bare),
        ("revoked, and its list does not say so", late),
        ("called revoked, and it is not", untrue),
    ]


async def test_what_was_kept_is_read_again_in_turn(issuing: Issuing) -> None:
    """Proves: a body, or a status place, that is another's is found, and looking at it puts it at
    the end of the row, so that all are looked at in turn.
    """
    good, foreign = await issued(issuing, 1), await issued(issuing, 2)
    drift, at = CredentialDrift(issuing.database), datetime.now(UTC)
    assert await drift.examine(at) == ()
    other = (await issuing.views.signed(good)).body
    enrollment_id = await change(issuing, foreign, body=other)
    assert await drift.examine(at) == (enrollment_id,)
    moved = (await issuing.views.credential(good)).status.index
    await change(issuing, good, status_index=(moved + 1) % 1000)
    assert len(await drift.examine(at)) == 2
    assert {row.examined_at for row in await issuing.books.rows(CredentialRow)} == {at}


async def test_the_list_of_credentials_is_filtered_and_goes_on(issuing: Issuing) -> None:
    """Proves: operations find credentials by state, library, month and person, page by page as in
    one, the one that was issued last first.
    """
    ids = [await issued(issuing, number) for number in range(1, 6)]
    for day, each in enumerate(ids):
        await change(issuing, each, issued_at=NOW + timedelta(days=day))
    await change(issuing, ids[1], revoked_at=NOW)
    await change(issuing, ids[2], revoked_at=NOW)
    await change(issuing, ids[3], replaces_id=ids[2])

    async def found(limit: int = 50, **wanted: object) -> list[str]:
        lines, after = list[str](), ""
        while True:
            page = await issuing.views.page(CredentialFilter.model_validate(wanted), after, limit)
            lines += [line.id for line in page.lines]
            if page.after is None:
                return lines
            after = page.after

    newest_first = [*reversed(ids)]
    assert await found() == await found(limit=2) == newest_first
    assert await found(state=CredentialState.VALID) == [ids[4], ids[3], ids[0]]
    assert await found(state=CredentialState.REVOKED) == [ids[1]]
    assert await found(state=CredentialState.REPLACED) == [ids[2]]
    assert await found(library="general") == newest_first
    assert await found(library="missouri") == []
    since, before = NOW + timedelta(days=1), NOW + timedelta(days=3)
    assert await found(issued_since=since, issued_before=before) == [ids[2], ids[1]]
    assert await found(text="learner3") == [ids[2]]
    assert await found(text="nobody") == []
