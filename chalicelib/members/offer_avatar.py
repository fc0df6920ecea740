"""Let a member put a picture of itself straight into the media bucket (M2).

WeChat gives the client a temporary file only, so it is uploaded; the bytes never pass through our
functions, and nothing a member names is ever fetched (wechat.md §6.18).
"""

from dataclasses import dataclass

from chalicelib.kernel import ids, limits
from chalicelib.kernel.config import config
from chalicelib.kernel.limits import Limit
from chalicelib.kernel.uploads import FOREVER, signed_post
from chalicelib.members.rules import AVATAR_ENDINGS, AvatarType, avatar_folder

MAX_BYTES = 512 * 1024
_VALID_SECONDS = 300
_PER_MEMBER = Limit("avatar", times=20, minutes=60)


@dataclass(frozen=True)
class Offer:
    """Post the ``fields`` and then the file as a form to ``url``; the picture is then ``avatar_url``."""

    url: str
    fields: dict[str, str]
    avatar_url: str
    max_bytes: int = MAX_BYTES


def offer_avatar(member_id: str, content_type: AvatarType) -> Offer:
    """An upload of exactly this type into the member's own folder, for five minutes.

    The bucket refuses another type or a larger file, because both are signed. Raises ``TooOften``.
    """
    limits.take((_PER_MEMBER, member_id))
    key = f"{avatar_folder(member_id)}{ids.new_id('AV')}.{AVATAR_ENDINGS[content_type]}"
    headers = {"Content-Type": content_type, **FOREVER}
    signed = signed_post(key, headers, max_bytes=MAX_BYTES, valid_seconds=_VALID_SECONDS)
    return Offer(signed.url, signed.fields, f"{config().public_url}/{key}")
