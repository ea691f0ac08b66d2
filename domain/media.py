"""Media: what an uploaded file can turn out to be, how people call it, which names fit it.

A file is known by its bytes. Its name is only compared with that: a name that promises something
else is a finding, because the assessor's computer opens files by their names.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import Final


class ArtifactKind(StrEnum):
    """What an artifact is to an assessor: it decides which locators fit."""

    PDF = "pdf"
    VIDEO = "video"
    AUDIO = "audio"
    SLIDES = "slides"
    DOCUMENT = "document"
    IMAGE = "image"
    OTHER = "other"


@dataclass(frozen=True)
class Medium:
    """One medium.

    ``called`` is its name in a sentence; ``suffixes`` the endings that fit it, the usual one first;
    ``instead`` what to send in its place, and None when Laurel takes it.
    """

    media_type: str
    called: str
    kind: ArtifactKind
    suffixes: tuple[str, ...]
    instead: str | None = None


UNKNOWN: Final = "application/octet-stream"
"""The media type of a file whose bytes were not recognised."""

PROTECTED_OFFICE: Final = "application/x-protected-office"
"""An Office file behind a password: which program made it cannot be seen from outside."""

UNFINISHED_ZIP: Final = "application/x-unfinished-zip"
"""The beginning of a ZIP, or of one of the many formats that are a ZIP inside."""

_AS_PDF: Final = "Save it as PDF and upload that."
_AS_JPEG: Final = "Save it as a JPEG or PNG image and upload that."
_AS_MP4: Final = "Save it as an MP4 video and upload that."


def _taken(kind: ArtifactKind, media_type: str, called: str, suffixes: str) -> Medium:
    return Medium(media_type, called, kind, tuple(suffixes.split()))


def _not_taken(media_type: str, called: str, suffixes: str, instead: str) -> Medium:
    return Medium(media_type, called, ArtifactKind.OTHER, tuple(suffixes.split()), instead)


# Phones, cameras and browsers use these endings for each other's files, and players do not mind.
_MP4_NAMES: Final = ".mp4 .m4v .mov .qt .3gp .3g2 .m4a .m4b"
_WEBM_NAMES: Final = ".webm .mkv .mka .weba"
_OGG_NAMES: Final = ".ogg .oga .ogv .opus .spx"
_OFFICE_NAMES: Final = ".docx .docm .pptx .pptm .xlsx .xlsm"

_TAKEN: Final = (
    _taken(ArtifactKind.PDF, "application/pdf", "a PDF", ".pdf"),
    _taken(ArtifactKind.VIDEO, "video/mp4", "an MP4 video", _MP4_NAMES),
    _taken(ArtifactKind.VIDEO, "video/quicktime", "a QuickTime video", _MP4_NAMES),
    _taken(ArtifactKind.VIDEO, "video/webm", "a WebM video", _WEBM_NAMES),
    _taken(ArtifactKind.VIDEO, "video/x-matroska", "a Matroska video", _WEBM_NAMES),
    _taken(ArtifactKind.VIDEO, "video/ogg", "an Ogg video", _OGG_NAMES),
    _taken(ArtifactKind.AUDIO, "audio/mp4", "an MP4 sound recording", _MP4_NAMES),
    _taken(ArtifactKind.AUDIO, "audio/webm", "a WebM sound recording", _WEBM_NAMES),
    _taken(ArtifactKind.AUDIO, "audio/x-matroska", "a Matroska sound recording", _WEBM_NAMES),
    _taken(ArtifactKind.AUDIO, "audio/ogg", "an Ogg sound recording", _OGG_NAMES),
    _taken(ArtifactKind.AUDIO, "audio/mpeg", "an MP3 sound recording", ".mp3 .mpga .mp2"),
    _taken(ArtifactKind.AUDIO, "audio/aac", "an AAC sound recording", ".aac"),
    _taken(ArtifactKind.AUDIO, "audio/wav", "a WAV sound recording", ".wav .wave"),
    _taken(ArtifactKind.AUDIO, "audio/flac", "a FLAC sound recording", ".flac"),
    _taken(
        ArtifactKind.SLIDES,
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "a PowerPoint presentation",
        ".pptx .pptm",
    ),
    _taken(
        ArtifactKind.DOCUMENT,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "a Word document",
        ".docx .docm",
    ),
    _taken(ArtifactKind.IMAGE, "image/png", "a PNG image", ".png"),
    _taken(ArtifactKind.IMAGE, "image/jpeg", "a JPEG image", ".jpg .jpeg .jpe .jfif"),
    _taken(ArtifactKind.IMAGE, "image/gif", "a GIF image", ".gif"),
    _taken(ArtifactKind.IMAGE, "image/webp", "a WebP image", ".webp"),
)

_NOT_TAKEN: Final = (
    _not_taken(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "an Excel workbook",
        ".xlsx .xlsm",
        _AS_PDF,
    ),
    _not_taken(
        "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
        "a PowerPoint slide show",
        ".ppsx .ppsm",
        "Save it as a presentation (.pptx) or as PDF and upload that.",
    ),
    _not_taken(
        "application/vnd.ms-powerpoint",
        "a presentation in PowerPoint's old format",
        ".ppt .pps .pot",
        "Save it as a presentation (.pptx) or as PDF and upload that.",
    ),
    _not_taken("application/msword", "a document in Word's old format", ".doc .dot", _AS_PDF),
    _not_taken(
        "application/vnd.ms-excel", "a workbook in Excel's old format", ".xls .xlt", _AS_PDF
    ),
    _not_taken(
        "application/x-ole-storage", "a file of an old Microsoft program", ".msg .pub", _AS_PDF
    ),
    _not_taken(
        "application/vnd.oasis.opendocument.presentation",
        "an OpenDocument presentation",
        ".odp",
        "Save it as a presentation (.pptx) or as PDF and upload that.",
    ),
    _not_taken("application/vnd.oasis.opendocument.text", "an OpenDocument text", ".odt", _AS_PDF),
    _not_taken(
        "application/vnd.oasis.opendocument.spreadsheet",
        "an OpenDocument spreadsheet",
        ".ods",
        _AS_PDF,
    ),
    _not_taken(
        "application/vnd.apple.iwork",
        "a Pages, Keynote or Numbers file",
        ".pages .key .numbers",
        "Export it as PDF and upload that.",
    ),
    _not_taken(
        "application/zip",
        "a ZIP archive",
        ".zip",
        "Take the files out of it and upload them one by one.",
    ),
    _not_taken(
        PROTECTED_OFFICE,
        "an Office file with a password",
        _OFFICE_NAMES,
        "Remove the password and upload it again.",
    ),
    _not_taken(
        UNFINISHED_ZIP,
        "the beginning of a ZIP archive",
        f"{_OFFICE_NAMES} .ppsx .odp .odt .ods .pages .key .numbers .zip",
        "Upload it again.",
    ),
    _not_taken("image/heic", "a HEIC photo", ".heic .heif .hif", _AS_JPEG),
    _not_taken("image/avif", "an AVIF image", ".avif", _AS_JPEG),
    _not_taken("image/tiff", "a TIFF image", ".tif .tiff", _AS_JPEG),
    _not_taken("image/bmp", "a bitmap image", ".bmp .dib", _AS_JPEG),
    _not_taken("video/x-msvideo", "an AVI video", ".avi", _AS_MP4),
    _not_taken("video/x-ms-asf", "a Windows Media recording", ".wmv .wma .asf", _AS_MP4),
    _not_taken("video/mpeg", "an MPEG video of the older kind", ".mpg .mpeg .vob", _AS_MP4),
    _not_taken("text/html", "a web page", ".html .htm .xhtml", "Print it to PDF and upload that."),
    _not_taken("application/rtf", "a rich-text file", ".rtf", _AS_PDF),
    _not_taken("text/plain", "plain text", ".txt .md .csv .log", _AS_PDF),
    _not_taken(
        UNKNOWN,
        "a file of a kind that Laurel does not know",
        "",
        "Send a PDF, a PowerPoint presentation (.pptx), an image (JPEG, PNG), a video (MP4, WebM) "
        "or a sound recording (MP3, WAV).",
    ),
)

_BY_TYPE: Final = {medium.media_type: medium for medium in (*_TAKEN, *_NOT_TAKEN)}
_KNOWN_SUFFIXES: Final = frozenset(s for medium in _BY_TYPE.values() for s in medium.suffixes)
_TAKEN_SUFFIXES: Final = frozenset(s for medium in _TAKEN for s in medium.suffixes)

USUAL_ENDINGS: Final = {
    kind: tuple(dict.fromkeys(medium.suffixes[0] for medium in _TAKEN if medium.kind is kind))
    for kind in dict.fromkeys(medium.kind for medium in _TAKEN)
}
"""How names of the files that are taken usually end, by what the file is to an assessor."""


def medium_of(media_type: str) -> Medium:
    """Return the medium with this type; one that is not listed is the unknown one."""
    return _BY_TYPE.get(media_type, _BY_TYPE[UNKNOWN])


def suffix_of(name: str) -> str:
    """Return the ending of a file's name in small letters, with its point; empty without one."""
    return PurePath(name.replace("\\", "/")).suffix.casefold()


def promises_another_medium(name: str, media_type: str) -> bool:
    """Tell whether the name's ending belongs to another medium than the content.

    An ending that belongs to no medium promises nothing, and unknown content cannot be compared.
    """
    suffix = suffix_of(name)
    if media_type == UNKNOWN or suffix not in _KNOWN_SUFFIXES:
        return False
    return suffix not in medium_of(media_type).suffixes


def taken_suffixes() -> tuple[str, ...]:
    """Return the endings of all media that Laurel takes, for a chooser of files."""
    return tuple(sorted(_TAKEN_SUFFIXES))


def promises_a_taken_medium(name: str) -> bool:
    """Tell whether the name's ending belongs to a medium that Laurel takes."""
    return suffix_of(name) in _TAKEN_SUFFIXES
