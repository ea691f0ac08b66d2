"""Small real files of every kind, made by real libraries, once for each run.

Nothing here is a recorded sample: what a test reads, it could also have been uploaded.
"""

import io
import math
import struct
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import av
import av.logging
from PIL import Image
from pptx import Presentation
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

av.logging.set_level(None)

_RATE: Final = 48_000
_FRAMES_PER_SECOND: Final = 5
_WIDTH, _HEIGHT = 64, 48

if TYPE_CHECKING:  # the compiled class takes no parameter at run time
    PicturePacket = av.Packet[av.VideoStream]

Algorithm = Literal["RC4-128", "AES-256"]


@cache
def pdf(pages: int = 12) -> bytes:
    """A PDF with text on every page."""
    return _written(_pdf_writer(pages))


@cache
def protected_pdf(user_password: str, algorithm: Algorithm = "RC4-128") -> bytes:
    """A PDF of 12 pages behind a password; with an empty one it is only kept from being copied."""
    writer = _pdf_writer(12)
    writer.encrypt(user_password, owner_password="the owner's", algorithm=algorithm)
    return _written(writer)


def _pdf_writer(pages: int) -> PdfWriter:
    writer = PdfWriter()
    for number in range(1, pages + 1):
        page = writer.add_blank_page(width=200, height=100)
        text = DecodedStreamObject()
        text.set_data(f"BT /F1 12 Tf 10 50 Td (Page {number}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(text)
    return writer


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_made_for_the_web(stated_length: int) -> bytes:
    """A PDF that states its own length at its beginning, as linearised ones do."""
    whole = pdf(3)
    header = f"\n99 0 obj\n<</Linearized 1/L {stated_length}/N 3>>\nendobj\n".encode()
    # Behind the first line, where it stands in a linearised file. The index is off by its length,
    # which readers mend.
    first_line = whole.index(b"\n")
    return whole[:first_line] + header + whole[first_line + 1 :]


@cache
def video(
    container: str = "mp4",
    seconds: int = 4,
    *,
    sound: bool = True,
    options: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """A video of a changing grey, with a tone or silent.

    ``options`` are the muxer's, such as ``live`` for a WebM that states no length.
    """
    codecs = {"webm": ("libvpx", "libopus"), "matroska": ("libvpx", "libopus")}
    picture_codec, sound_codec = codecs.get(container, ("libx264", "aac"))
    with _made_in_a_file() as path, av.open(path, "w", container, dict(options)) as made:
        pictures = made.add_stream(picture_codec, rate=_FRAMES_PER_SECOND)
        assert isinstance(pictures, av.VideoStream)
        pictures.width, pictures.height, pictures.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        pictures.gop_size = _FRAMES_PER_SECOND
        sounds = made.add_stream(sound_codec, rate=_RATE, layout="mono") if sound else None
        for number in range(seconds):
            for packet in _encode_picture_second(pictures, number):
                made.mux(packet)
            if isinstance(sounds, av.AudioStream):
                for packet in sounds.encode(_tone(number)):
                    made.mux(packet)
        made.mux(list(pictures.encode(None)))
        if isinstance(sounds, av.AudioStream):
            made.mux(list(sounds.encode(None)))
        made.close()
        return path.read_bytes()


@contextmanager
def _made_in_a_file() -> Iterator[Path]:
    """Yield a path: a muxer that moves its index to the front opens its own file again."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "recording"


def _encode_picture_second(stream: av.VideoStream, second: int) -> "list[PicturePacket]":
    packets: list[PicturePacket] = []
    for number in range(_FRAMES_PER_SECOND):
        frame = av.VideoFrame(_WIDTH, _HEIGHT, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([60 + 7 * number]) * plane.buffer_size)
        frame.pts = second * _FRAMES_PER_SECOND + number
        frame.time_base = Fraction(1, _FRAMES_PER_SECOND)
        packets.extend(stream.encode(frame))
    return packets


def _tone(second: int) -> av.AudioFrame:
    wave = array("h", (int(9000 * math.sin(n * 0.0576)) for n in range(_RATE)))
    frame = av.AudioFrame(format="s16", layout="mono", samples=_RATE)
    frame.planes[0].update(wave.tobytes())
    frame.sample_rate, frame.pts, frame.time_base = _RATE, second * _RATE, Fraction(1, _RATE)
    return frame


@cache
def sound(container: str = "mp3", seconds: int = 4) -> bytes:
    """A sound recording of a tone: mp3, wav, ogg, flac, adts (AAC), ipod (M4A) or webm."""
    codecs = {
        "mp3": "libmp3lame",
        "wav": "pcm_s16le",
        "ogg": "libopus",
        "webm": "libopus",
        "flac": "flac",
    }
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        stream = made.add_stream(codecs.get(container, "aac"), rate=_RATE, layout="mono")
        assert isinstance(stream, av.AudioStream)
        for number in range(seconds):
            made.mux(list(stream.encode(_tone(number))))
        made.mux(list(stream.encode(None)))
    return out.getvalue()


def mp3_with_cover() -> bytes:
    """An MP3 whose tag holds a picture, as bought or edited recordings have one."""
    picture = b"\x00image/png\x00\x03\x00" + image("PNG")
    frame = b"APIC" + len(picture).to_bytes(4, "big") + bytes(2) + picture
    length = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    bare = sound("mp3")
    return b"ID3\x03\x00\x00" + length + frame + bare[bare.index(b"\xff\xfb") :]


def mp4_without_tracks() -> bytes:
    """An MP4 that is whole, but has neither picture nor sound in it."""
    header = bytes(12) + struct.pack(">II", 1000, 4000) + bytes(80)
    index = _box(b"moov", _box(b"mvhd", header))
    return _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2") + index + _box(b"mdat", bytes(64))


def _box(name: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + name + content


@cache
def presentation(slides: int = 9) -> bytes:
    """A PowerPoint presentation."""
    made = Presentation()
    for number in range(1, slides + 1):
        slide = made.slides.add_slide(made.slide_layouts[5])
        slide.shapes.title.text = f"Slide {number}"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


_DOCUMENT_TYPE: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
)
_OFFICE_DOCUMENT: Final = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
)


@cache
def document() -> bytes:
    """A Word document with one paragraph: the three parts that Word needs."""
    return archive(
        {
            "[Content_Types].xml": (
                '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Default Extension="rels" ContentType='
                '"application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/word/document.xml" ContentType="{_DOCUMENT_TYPE}"/></Types>'
            ).encode(),
            "_rels/.rels": (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                f'relationships"><Relationship Id="r1" Type="{_OFFICE_DOCUMENT}" '
                'Target="word/document.xml"/></Relationships>'
            ).encode(),
            "word/document.xml": (
                b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/'
                b'main"><w:body><w:p><w:r><w:t>What we agreed on.</w:t></w:r></w:p></w:body>'
                b"</w:document>"
            ),
        }
    )


@cache
def _plain_archive() -> bytes:
    return archive({"notes.txt": b"What we agreed on."})


def archive(parts: dict[str, bytes] | None = None) -> bytes:
    """A ZIP archive with these parts, or with a note."""
    if parts is None:
        return _plain_archive()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


@cache
def presentation_bomb() -> bytes:
    """A presentation with a part that unpacks to a thousand times its size."""
    out = io.BytesIO(presentation())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr("ppt/media/image1.bmp", bytes(96 * 1024 * 1024))
    return out.getvalue()


_OLE_SECTOR: Final = 512
_OLE_END, _OLE_FREE, _OLE_TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def ole(stream_name: str) -> bytes:
    """An OLE file with one stream: ``EncryptedPackage`` is what Office makes with a password."""
    content_sectors = 8
    chain = [*range(3, 2 + content_sectors), _OLE_END]
    table = [_OLE_TABLE, _OLE_END, *chain]
    table += [_OLE_FREE] * (_OLE_SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, _OLE_END, 0, _OLE_END, 0)
    header += struct.pack("<109I", 0, *[_OLE_FREE] * 108)
    directory = _ole_entry("Root Entry", 5, child=1, start=_OLE_END, size=0)
    directory += _ole_entry(
        stream_name, 2, child=_OLE_FREE, start=2, size=content_sectors * _OLE_SECTOR
    )
    directory += bytes(_OLE_SECTOR - len(directory))
    content = bytes(range(256)) * (content_sectors * _OLE_SECTOR // 256)
    return header + struct.pack(f"<{len(table)}I", *table) + directory + content


def _ole_entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    entry = encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded) + 2, kind, 1)
    entry += struct.pack("<III", _OLE_FREE, _OLE_FREE, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)


@cache
def image(kind: Literal["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"] = "PNG") -> bytes:
    """An image of a gradient, large enough that cutting it hurts."""
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, kind)
    return out.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be very large: one colour, one bit for each pixel."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()
