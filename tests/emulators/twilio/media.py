"""Pictures, documents and voice notes: what people send is downloaded, what is sent to people is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from tests.emulators.twilio.courier import Courier

MEGABYTE = 1_048_576
IMAGE_LIMIT, LIMIT = 5 * MEGABYTE, 16 * MEGABYTE
"""Bytes: https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages."""
TYPES = {
    "image/jpeg", "image/png", "image/webp", "video/mp4", "text/vcard", "application/pdf",
    "audio/ogg", "audio/amr", "audio/3gpp", "audio/aac", "audio/mpeg",
    "application/msword", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
_SIGNATURES = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG", "application/pdf": b"%PDF"}
_NOT_DOWNLOADED, _WRONG_TYPE, _UNSUPPORTED, _LARGE_IMAGE, _TOO_LARGE = 63019, 12300, 63021, 63034, 11751

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f00010401005fe5c34b0000000049454e44ae426082"
)
"""A whole PNG."""


@dataclass(slots=True, eq=False)
class Media:
    """One file of one message.

    Attributes:
        type: MIME type without parameters.
        created: seconds since 1970.
    """

    sid: str
    message: str
    type: str
    content: bytes
    created: float

    @property
    def is_image(self) -> bool:
        return self.type.startswith("image/")

    def to_json(self, account: str) -> dict[str, Any]:
        moment = formatdate(self.created)
        return {
            "sid": self.sid,
            "account_sid": account,
            "parent_sid": self.message,
            "content_type": self.type,
            "date_created": moment,
            "date_updated": moment,
            "uri": f"/2010-04-01/Accounts/{account}/Messages/{self.message}/Media/{self.sid}.json",
        }


@dataclass(frozen=True, slots=True)
class Download:
    """Someone fetched media where the redirect leads.

    Attributes:
        authorised: an Authorization header arrived there, where it is a leak.
    """

    sid: str
    authorised: bool


async def fetch(courier: Courier, url: str) -> tuple[int, str, bytes]:
    """Look at a MediaUrl with HEAD, then get it.

    Returns:
        Twilio's error code or 0, the MIME type, the bytes.
    """
    status, headers, _ = await courier.request("HEAD", url)
    if status != 200:
        return _NOT_DOWNLOADED, "", b""
    announced = headers.get("content-type", "").partition(";")[0].strip()
    status, headers, content = await courier.request("GET", url)
    type_ = headers.get("content-type", "").partition(";")[0].strip()
    if status != 200 or not content:
        return _NOT_DOWNLOADED, type_, content
    return _judge(announced, type_, content), type_, content


def _judge(announced: str, type_: str, content: bytes) -> int:
    if announced != type_ or not content.startswith(_SIGNATURES.get(type_, b"")):
        return _WRONG_TYPE
    if type_ not in TYPES:
        return _UNSUPPORTED
    if type_.startswith("image/") and len(content) > IMAGE_LIMIT:
        return _LARGE_IMAGE
    return _TOO_LARGE if len(content) > LIMIT else 0
