"""Recordings: how long they are, and whether the first picture or sound comes out of them.

The demuxer is chosen by the file's bytes and handed to libav by name, and libav gets an open file
in place of a path: no playlist or reference in a file makes it open another one.
"""

import time
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

import av
import av.logging
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from adapters.documents import containers
from adapters.documents.limits import RECORDING_DECODE_PACKETS, RECORDING_SCAN_BUDGET
from adapters.documents.media_types import DEMUXERS, Demuxer
from domain.evidence import ArtifactKind, Inspection, InspectionProblem

# libav writes to standard error about every oddity of a file. What matters is told as a problem.
av.logging.set_level(None)

RECORDING_ERRORS: Final = (
    av.FFmpegError,  # everything that libav itself returns
    ValueError,  # PyAV: a stream or a parameter that makes no sense
    LookupError,
    OSError,
    EOFError,
    ArithmeticError,  # a time base of zero
    RuntimeError,  # PyAV: a codec that cannot be opened
    AssertionError,
    TypeError,
    AttributeError,
)
"""What a damaged recording leads to: libav's errors, and those of PyAV when libav hands it
something that it did not expect."""

# Their headers state no length, or one that libav guesses from the first frames' bit rate.
_NEVER_STATE_A_LENGTH: Final = frozenset({"mp3", "aac"})
# FLAC states its length, but nothing in it says how many bytes that takes.
_MISSING_FROM: Final = timedelta(seconds=2)
_MICROSECOND: Final = Fraction(1, 1_000_000)
_PACKETS_PER_LOOK_AT_THE_CLOCK: Final = 1000
_BUFFER_BYTES: Final = 256 * 1024

_WITH_PICTURE: Final = {"audio/ogg": "video/ogg"}
_SOUND_ONLY: Final = {
    "video/mp4": "audio/mp4",
    "video/quicktime": "audio/mp4",
    "video/webm": "audio/webm",
    "video/x-matroska": "audio/x-matroska",
}

Track = VideoStream | AudioStream
"""A stream that can be watched or listened to."""


class _TooLong(Exception):
    """The recording could not be read through in the time that it may take."""


def read_recording(path: Path, size: int, media_type: str) -> Inspection:
    """Measure a recording and decode the beginning of it."""
    demuxer = DEMUXERS[media_type]
    with path.open("rb") as stream:
        cut_off, must_scan = _look_at_lengths(stream, size, demuxer)
        if demuxer == "matroska" and containers.is_webm(stream):
            media_type = "video/webm"
        if cut_off:
            return _unusable(media_type, size, InspectionProblem.TRUNCATED)
        try:
            return _measure(stream, size, media_type, demuxer, must_scan=must_scan)
        except _TooLong:
            return _unusable(media_type, size, InspectionProblem.TOO_COMPLEX)
        except RECORDING_ERRORS:
            return _unusable(media_type, size, InspectionProblem.UNREADABLE)


def _unusable(media_type: str, size: int, problem: InspectionProblem) -> Inspection:
    is_audio = media_type.startswith("audio/")
    kind = ArtifactKind.AUDIO if is_audio else ArtifactKind.VIDEO
    return Inspection(kind=kind, media_type=media_type, size=size, problem=problem)


def _look_at_lengths(stream: BinaryIO, size: int, demuxer: Demuxer) -> tuple[bool, bool]:
    """Tell whether the end is missing, and whether the length must be measured packet by packet."""
    match demuxer:
        case "mov":
            boxes = containers.boxes_of(stream, size)
            return boxes.is_cut_off or not boxes.has_index, boxes.is_fragmented
        case "matroska":
            return containers.is_matroska_cut_off(stream, size), False
        case "wav":
            return containers.is_wave_cut_off(stream, size), False
        case _:
            return False, demuxer in _NEVER_STATE_A_LENGTH


def _measure(
    stream: BinaryIO, size: int, media_type: str, demuxer: Demuxer, *, must_scan: bool
) -> Inspection:
    """Decode the beginning, then take the stated length or measure it."""
    with _open(stream, demuxer) as container:
        pictures = [track for track in container.streams.video if not _is_cover(track)]
        sounds = container.streams.audio
        tracks: list[Track] = [*pictures, *sounds]
        if not tracks:
            return _unusable(media_type, size, InspectionProblem.NO_PICTURE_OR_SOUND)
        stated = None if must_scan else container.duration
        if not _decodes(container, tracks[0]):
            return _unusable(media_type, size, InspectionProblem.UNREADABLE)
    length = timedelta(microseconds=max(0, stated or 0))
    duration = length if length and demuxer != "flac" else _scan(stream, demuxer)
    if duration + _MISSING_FROM < length:
        return _unusable(media_type, size, InspectionProblem.TRUNCATED)
    return Inspection(
        kind=ArtifactKind.VIDEO if pictures else ArtifactKind.AUDIO,
        media_type=(_WITH_PICTURE if pictures else _SOUND_ONLY).get(media_type, media_type),
        size=size,
        duration=duration,
        has_sound=bool(sounds),
        problem=None if duration else InspectionProblem.EMPTY,
    )


def _open(stream: BinaryIO, demuxer: Demuxer) -> InputContainer:
    stream.seek(0)
    return av.open(
        stream, mode="r", format=demuxer, metadata_errors="replace", buffer_size=_BUFFER_BYTES
    )


def _is_cover(track: VideoStream) -> bool:
    """Tell whether the picture is the cover of a sound recording."""
    return bool(track.disposition & Disposition.attached_pic)


def _decodes(container: InputContainer, track: Track) -> bool:
    """Tell whether a first picture or sound comes out of the decoder."""
    if track.codec_context is None:  # libav knows no codec of this name
        return False
    track.codec_context.thread_count = 1  # each thread would hold frames of its own
    for number, packet in enumerate(container.demux(track)):
        if packet.decode():
            return True
        if number >= RECORDING_DECODE_PACKETS:
            return False
    return False


def _scan(stream: BinaryIO, demuxer: Demuxer) -> timedelta:
    """Measure from the first to the last packet, without decoding them."""
    give_up_at = time.monotonic() + RECORDING_SCAN_BUDGET.total_seconds()
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    with _open(stream, demuxer) as container:
        tracks = [*container.streams.video, *container.streams.audio]
        for number, packet in enumerate(container.demux(tracks)):
            at = packet.pts if packet.pts is not None else packet.dts
            if at is not None:
                index = packet.stream_index
                starts[index] = min(at, starts.get(index, at))
                ends[index] = max(at + (packet.duration or 0), ends.get(index, at))
            if not number % _PACKETS_PER_LOOK_AT_THE_CLOCK and time.monotonic() > give_up_at:
                raise _TooLong
        bases = {track.index: track.time_base or Fraction(0) for track in tracks}
    if not starts:
        return timedelta(0)
    first = min(bases[index] * at for index, at in starts.items())
    last = max(bases[index] * at for index, at in ends.items())
    return timedelta(microseconds=int((last - first) / _MICROSECOND))
