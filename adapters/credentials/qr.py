"""The QR code that leads from paper to the page where a credential is checked.

It holds the address and nothing else: a credential is three times as large as any code can be.
"""

import io
from typing import Final

import segno

LEVEL: Final = "m"
"""How much of the code may be dirty or torn: about a seventh."""

QUIET_ZONE: Final = 4
"""Light modules round the code, as readers ask for (ISO/IEC 18004)."""


def qr_svg(address: str) -> bytes:
    """Return the code of ``address`` as a drawing that takes the size of its place."""
    drawn = io.BytesIO()
    _code(address).save(
        drawn,
        kind="svg",
        border=QUIET_ZONE,
        light="#ffffff",
        omitsize=True,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        title="Address of this credential",
    )
    return drawn.getvalue()


def qr_png(address: str, *, pixels: int = 8) -> bytes:
    """Return the code of ``address`` as a picture, each module ``pixels`` wide."""
    drawn = io.BytesIO()
    _code(address).save(drawn, kind="png", scale=pixels, border=QUIET_ZONE, light="#ffffff")
    return drawn.getvalue()


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error=LEVEL, micro=False, boost_error=False)
