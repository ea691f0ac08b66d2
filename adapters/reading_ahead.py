"""Reading while working: of what is read and worked on in turns, half of the time is waiting."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator


async def ahead(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """Yield what comes, and have the next one fetched meanwhile: one, so that memory is bounded.

    What the source raises is raised in its place, after all that came before it.
    """
    fetching = asyncio.create_task(_next(chunks))
    try:
        while (chunk := await fetching) is not None:
            fetching = asyncio.create_task(_next(chunks))
            yield chunk
    finally:
        # Who stops in the middle leaves nothing at work.
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


async def _next(chunks: AsyncIterator[bytes]) -> bytes | None:
    return await anext(chunks, None)
