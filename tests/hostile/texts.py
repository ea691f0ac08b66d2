"""Texts that are made to hurt, and what spoils a whole thing: shared by the targets."""

from enum import StrEnum
from typing import Final

from hypothesis import strategies as st

HIDING: Final = "\u202e\u2066\u200f\u200b\u200d\u2060\ufeff\u00ad\u034f"
"""Turns the direction of writing, takes no width, or joins."""

BREAKING: Final = "\r\n\t\x00\x0b\x0c\x1b\x7f\x85\u2028\u2029"
"""Ends lines for one reader and not for the next, or controls a terminal."""

ODD: Final = "\ud800\udfff\ufffd\uffff\U000e0041\U0010ffff\ue000"
"""Halves of letters, what a conversion lost, tags, what means nothing."""

GROWING: Final = "\ufdfaﬀßİ\u0344\u1e9b\u0323ᾳ½①名张é𝒜🎉👩‍👩‍👧"
"""Becomes longer, shorter or another letter when it is normalised or changes case."""

PIECES: Final = (
    *("Bcc: other@example.org", "=?utf-8?q?=0d=0aBcc:?=", '"', "'", "<b>", "</", "&amp;", "&#0;"),
    *("{{ 7 * 7 }}", "{% raw %}", "\\", "%s", "%0d%0a", "../..", "javascript:alert(1)", "=1+1"),
    *("\u0315\u0316" * 40, "\u202e" * 3, "x" * 300, " " * 50, "a@example.org", "@", ",", ";"),
)

HOSTILE: Final = st.lists(
    st.sampled_from(PIECES)
    | st.text(HIDING + BREAKING + ODD + GROWING + "aZ0 -.", max_size=12)
    | st.text(max_size=20),
    max_size=5,
).map("".join)
"""A text in which anything may stand beside anything."""


class Spoiling(StrEnum):
    """What happens to bytes on a bad way, or in bad hands."""

    PUT_IN = "put_in"
    TAKE_OUT = "take_out"
    CUT_OFF = "cut_off"
    REPEAT = "repeat"
    EXTREME = "extreme"


_EXTREMES: Final = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\x00\x00\x00\x01")


@st.composite
def spoiled(draw: st.DrawFn, wholes: st.SearchStrategy[bytes]) -> bytes:
    """Return something whole with up to four places spoiled."""
    content = bytearray(draw(wholes))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        match draw(st.sampled_from(Spoiling)):
            case Spoiling.PUT_IN:
                content[at:at] = draw(st.binary(max_size=8) | HOSTILE.map(bytes_of))
            case Spoiling.TAKE_OUT:
                del content[at : at + draw(st.integers(1, 64))]
            case Spoiling.CUT_OFF:
                del content[at:]
            case Spoiling.REPEAT:
                content[at:at] = content[at : at + draw(st.integers(1, 200))]
            case Spoiling.EXTREME:
                content[at : at + 4] = draw(st.sampled_from(_EXTREMES))
    return bytes(content)


def bytes_of(text: str) -> bytes:
    """Return any text as bytes, halves of letters included."""
    return text.encode(errors="surrogatepass")


def text_of(content: bytes) -> str:
    """Return any bytes as text; what ``bytes_of`` made comes back."""
    try:
        return content.decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return content.decode(errors="replace")


def can_be_kept(text: str) -> bool:
    """Tell whether a text can be stored, sent and signed: no store takes halves of letters."""
    return not any("\ud800" <= char <= "\udfff" for char in text)
