import pytest
from tests.house import *
from domain.assignment import NobodyToReassign
async def test_x(house: House, library: str) -> None:
    a = await house.hire(library)
    e = await house.submitted(library)
    try:
        await house.ops.reassign(e, 1, OPS, a.id)
    except BaseException as x:
        y=x
        while y is not None:
            print(repr(y)); y=y.__cause__
    d=await house.engine.journey(e).describe()
    print(d.status)
    async for ev in house.engine.journey(e).fetch_history_events():
        if ev.event_type in (2,3): print(ev)
    h=await house.engine.journey(e).fetch_history()
    print(h.events[-1])
    assert 0
