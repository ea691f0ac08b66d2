"""The look into a file: recognise it by its bytes, read it, compare it with its name."""

from pathlib import Path

from adapters.documents import signatures
from adapters.documents.media_types import DEMUXERS, FORMATS
from domain.evidence import ArtifactKind, Inspection, InspectionProblem
from domain.media import UNKNOWN, medium_of, promises_a_taken_medium, promises_another_medium


def inspect_file(path: Path, declared_name: str) -> Inspection:
    """Return what the file is, and what would keep an assessor from using it.

    The content alone decides; of ``declared_name`` the ending is compared with it. Blocks for up
    to minutes with a large recording: call it in a thread or, with ``IsolatedInspector``, in a
    process of its own. No content raises anything; a file that cannot be opened at all does.
    """
    size = path.stat().st_size
    if size == 0:
        return _without_measures(UNKNOWN, size, InspectionProblem.EMPTY)
    with path.open("rb") as stream:
        media_type = signatures.sniff(stream)
    try:
        inspection = _read(path, size, media_type, declared_name)
    except MemoryError:
        inspection = _without_measures(media_type, size, InspectionProblem.TOO_COMPLEX)
    if promises_another_medium(declared_name, inspection.media_type):
        return inspection.model_copy(update={"problem": InspectionProblem.MISLABELLED})
    return inspection


def _without_measures(media_type: str, size: int, problem: InspectionProblem) -> Inspection:
    kind = medium_of(media_type).kind
    return Inspection(kind=kind, media_type=media_type, size=size, problem=problem)


def _read(path: Path, size: int, media_type: str, declared_name: str) -> Inspection:
    """Hand the file to the reader of its medium.

    A reader is loaded when a file needs it: loading all of them takes longer than most looks.
    """
    if media_type == "application/pdf":
        from adapters.documents.pdf import read_pdf

        return read_pdf(path, size)
    if media_type in DEMUXERS:
        from adapters.documents.recordings import read_recording

        return read_recording(path, size, media_type)
    if media_type in {"application/zip", "application/x-ole-storage"}:
        from adapters.documents.office import read_ole, read_zip

        return read_zip(path, size) if media_type == "application/zip" else read_ole(path, size)
    if media_type in FORMATS:
        from adapters.documents.images import read_image

        return read_image(path, size, media_type)
    is_damaged = media_type == UNKNOWN and promises_a_taken_medium(declared_name)
    problem = InspectionProblem.UNREADABLE if is_damaged else InspectionProblem.UNSUPPORTED_KIND
    return Inspection(kind=ArtifactKind.OTHER, media_type=media_type, size=size, problem=problem)
