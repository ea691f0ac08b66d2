"""tmp"""
import time
from datetime import timedelta
from tests.house import House

async def test_x(house: House, library: str) -> None:
    e = await house.enrolled(library)
    await house.forward(e, timedelta(days=10))
    t=time.monotonic()
    await house.forward(e, timedelta(days=40))
    print("--- wall", time.monotonic()-t)
    for r in await house.timeline(e): print(r.at, r.kind)
