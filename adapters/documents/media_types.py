"""Which reader is meant by a media type: told without loading any reader, which takes a while."""

from typing import Final, Literal

Demuxer = Literal["mov", "matroska", "ogg", "wav", "mp3", "aac", "flac"]

DEMUXERS: Final[dict[str, Demuxer]] = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/x-matroska": "matroska",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/flac": "flac",
}
"""Which of libav's demuxers reads which of the media types that ``signatures`` tells apart."""

FORMATS: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
"""Which of Pillow's readers opens which media type; no other one is tried."""
