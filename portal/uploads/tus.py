"""Resumable uploads: the tus protocol 1.0.0 under ``/my/{enrollment_id}/uploads``.

Rights first, then the headers, then the bytes: whoever may not upload has sent nothing that was
kept. An upload is found by enrollment and id together, so one of somebody else's does not exist.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from domain.refusals import Refusal
from domain.uploads import BytesDiffer, MoreThanAnnounced, Upload, UploadExpired, WrongOffset
from office.uploading import UploadDesk
from portal.faces import OpenSite
from portal.failures import points_of, status_of
from portal.forms import OURS
from portal.practitioner.owning import OwnEnrollment
from portal.uploads.bodies import TOKEN_BESIDE_THE_BODY, Body, body_size
from portal.uploads.tus_headers import (
    SERVER_HEADERS,
    VERSION,
    NotBytes,
    OtherVersion,
    brings_bytes,
    checksum_in,
    described_headers,
    file_name,
    number_in,
    standing_headers,
)

CHECKSUM_MISMATCH: Final = 460
"""The protocol's own status; the registry has none for it."""

_STATUS: Final = (
    (MoreThanAnnounced, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (UploadExpired, HTTPStatus.GONE),
    (BytesDiffer, CHECKSUM_MISMATCH),
    (OtherVersion, HTTPStatus.PRECONDITION_FAILED),
    (NotBytes, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
)


class TusRoute(APIRoute):
    """Answers in the protocol's way: its version in every answer, its status for every refusal."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[object, object, Response]]:
        """Return the route's handler, with the protocol round it."""
        handle = super().get_route_handler()

        async def speaking_tus(request: Request) -> Response:
            try:
                if request.method != "OPTIONS" and request.headers.get("tus-resumable") != VERSION:
                    raise OtherVersion
                response = await handle(request)
            except Refusal as refusal:
                response = _refused(refusal)
            response.headers["tus-resumable"] = VERSION
            return response

        return speaking_tus


def _refused(refusal: Refusal) -> Response:
    status = next(
        (int(status) for kind, status in _STATUS if isinstance(refusal, kind)),
        int(status_of(refusal)),
    )
    content = {"code": refusal.code, "sentence": str(refusal), "points": points_of(refusal)}
    response = JSONResponse(content, status_code=status)
    if isinstance(refusal, OtherVersion):
        response.headers["tus-version"] = VERSION
    if isinstance(refusal, WrongOffset):
        response.headers["upload-offset"] = str(refusal.stands_at)
    return response


def upload_desk(site: OpenSite) -> UploadDesk:
    """Return where uploads are worked on."""
    return site.uploads


Desk = Annotated[UploadDesk, Depends(upload_desk)]
UploadId = Annotated[str, Path(max_length=40)]

router = APIRouter(
    prefix="/my/{enrollment_id}/uploads",
    route_class=TusRoute,
    dependencies=[TOKEN_BESIDE_THE_BODY, OURS],
)


@router.options("")
async def abilities(_: OwnEnrollment) -> Response:
    """Say what this server can do."""
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=SERVER_HEADERS)


@router.post("")
async def begin(request: Request, desk: Desk, enrollment_id: OwnEnrollment) -> Response:
    """Announce a file; what the request brings of it already is taken at once."""
    upload = await desk.begin(
        enrollment_id, file_name(request), number_in(request, "upload-length")
    )
    headers = {"location": f"/my/{enrollment_id}/uploads/{upload.id}"}
    if brings_bytes(request):
        upload, _ = await _taken(request, desk, upload, offset=0)
    return Response(status_code=HTTPStatus.CREATED, headers={**headers, **standing_headers(upload)})


@router.head("/{upload_id}")
async def standing(desk: Desk, enrollment_id: OwnEnrollment, upload_id: UploadId) -> Response:
    """Say how far an upload has come."""
    upload = await desk.standing(enrollment_id, upload_id)
    return Response(status_code=HTTPStatus.OK, headers=described_headers(upload))


@router.patch("/{upload_id}")
async def receive(
    request: Request, desk: Desk, enrollment_id: OwnEnrollment, upload_id: UploadId
) -> Response:
    """Take the next bytes of an upload, as far as they come."""
    if not brings_bytes(request):
        raise NotBytes
    upload = await desk.upload(enrollment_id, upload_id)
    upload, is_broken = await _taken(request, desk, upload, number_in(request, "upload-offset"))
    headers = standing_headers(upload)
    if is_broken:
        return Response(
            status_code=HTTPStatus.REQUEST_TIMEOUT, headers={**headers, "connection": "close"}
        )
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)


@router.delete("/{upload_id}")
async def discard(desk: Desk, enrollment_id: OwnEnrollment, upload_id: UploadId) -> Response:
    """Give an upload up."""
    await desk.discard(enrollment_id, upload_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _taken(
    request: Request, desk: UploadDesk, upload: Upload, offset: int
) -> tuple[Upload, bool]:
    """Take what a request brings; returns also whether it broke off."""
    desk.refuse_unfitting(upload, offset, body_size(request))
    body = Body(request)
    received = await desk.receive(upload, aiter(body), checksum_in(request))
    return received, body.is_broken
