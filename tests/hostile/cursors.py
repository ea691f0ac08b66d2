"""Cursors of long lists: what ``unsealed`` takes, every list can go on from; anything else is
``cursor_not_valid``, and never an error of a database.

The first byte chooses: a cursor as it stands in an address, or what one says, which is then given
the checksum that anybody can work out."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache, partial

from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import StaticPool

from adapters.records.due_order import numbers_by_due_time
from adapters.records.keyset import (
    LONGEST_CURSOR,
    Cursor,
    CursorNotValid,
    earlier_than,
    later_than,
    unsealed,
)
from adapters.records.list_values import JourneyFilter, JourneyOrder
from adapters.records.tables import AttentionRow, EnrollmentRow
from tests.hostile.target import Growing, Target, assert_coded
from tests.hostile.texts import HOSTILE, bytes_of, spoiled, text_of

ORDER = JourneyOrder.DUE
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHOLE = Cursor(order=ORDER, id="e3kq7m2xw5ab").sealed().encode()
SAID = (
    *(b'{"order":"due","part":1,"at":"2026-11-23T12:00:00Z","id":"e3kq7m2xw5ab"}',),
    *(b'{"order":"due","part":0,"at":null,"id":"17"}', b'{"order":"due","part":99,"id":"1"}'),
)


def holds(content: bytes) -> None:
    """Refused with its code, or every list of its kind can be asked for what comes after."""
    chosen, rest = (content[:1] or b"0")[0] % 2, content[1:]
    try:
        cursor = unsealed(text_of(rest) if chosen == 0 else sealed(rest), ORDER)
        if cursor is not None:
            _ask(cursor)
    except CursorNotValid as refusal:
        assert_coded(refusal)


def sealed(said: bytes) -> str:
    """Return a cursor that says this, with its checksum."""
    body = hashlib.sha256(said).digest()[:6] + said
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


@cache
def _database() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    EnrollmentRow.metadata.create_all(engine)
    return engine


def _ask(cursor: Cursor) -> None:
    """Ask for the lines after it: by text, by number, and in the list that has parts."""
    queries = [
        select(EnrollmentRow.id).where(
            later_than(EnrollmentRow.opened_at, EnrollmentRow.id, cursor)
        ),
        select(EnrollmentRow.id).where(
            earlier_than(EnrollmentRow.opened_at, EnrollmentRow.id, cursor)
        ),
        *(
            numbers_by_due_time(wanted, (), cursor, 10)
            for wanted in (JourneyFilter(), JourneyFilter(is_open=True))
        ),
        select(AttentionRow.id).where(later_than(AttentionRow.opened_at, AttentionRow.id, cursor)),
    ]
    with _database().connect() as connection:
        for query in queries:
            assert connection.execute(query).all() == []


@st.composite
def _forged(draw: st.DrawFn) -> bytes:
    """Return what a cursor of ours would say, with anything at any place."""
    said = {
        "order": draw(st.just(str(ORDER)) | HOSTILE),
        "part": draw(st.integers() | st.none() | HOSTILE),
        "at": draw(
            st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", None, 1e18])
            | st.datetimes().map(lambda at: f"{at.isoformat()}Z")
        ),
        "id": draw(st.integers().map(str) | HOSTILE),
    }
    return b"1" + json.dumps(said).encode()


_ROOM = LONGEST_CURSOR * 3 // 4 - len(hashlib.sha256().digest()[:6])
"""Bytes that the longest cursor says, behind its checksum."""


def _longest(piece: str) -> bytes:
    """Return what a cursor of the length that is just looked at would say."""
    said = Cursor(order=ORDER, part=1, at=AT, id="").model_dump_json()
    times = (_ROOM - len(said)) // len(piece.encode())
    body = said.replace('"id":""', f'"id":"{piece * times}"').encode()
    assert LONGEST_CURSOR - 8 <= len(sealed(body)) <= LONGEST_CURSOR
    return b"1" + body


TARGET = Target(
    holds=holds,
    made=_forged()
    | spoiled(st.sampled_from(SAID)).map(lambda said: b"1" + said)
    | spoiled(st.just(WHOLE)).map(lambda cursor: b"0" + cursor)
    | HOSTILE.map(lambda text: b"0" + bytes_of(text)),
    seeds=(b"0" + WHOLE, *(b"1" + said for said in SAID)),
    growing=(Growing("long", lambda n: b"0" + b"A" * n, 1_000_000),),
    largest=(
        *(partial(_longest, piece) for piece in ("1", "x", "名", "\U0002f800")),
        lambda: b"1" + b'{"id":' + b"[" * (_ROOM - 6),
        lambda: b"0" + b"A" * LONGEST_CURSOR,
    ),
    examples=80,
    longest=1300,
    words=(b'"order":"due"', b'"part":', b'"at":', b'"id":', b"\\u0000"),
)
