"""Pictures and certificates that were made and are remembered for a while.

Making one takes a part of a second, and is always the same; a link that many follow must not make
it for each of them.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_KEPT: Final = 64
"""Files that a process remembers, of about a hundred kilobytes each."""


class MadeFiles:
    """Makes files in a thread of their own, each once for as long as it is remembered."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def made(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        """Return the file of this key, made now if it is not remembered."""
        async with self._one_at_a_time:
            content = self._made.get(key)
            if content is None:
                content = await asyncio.to_thread(make)
                self._made[key] = content
                while len(self._made) > MOST_KEPT:
                    self._made.popitem(last=False)
        return content
