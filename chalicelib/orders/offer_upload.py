"""Let a buyer put an evidence picture into the media bucket, straight from the phone (O4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.limits import Limit, take
from chalicelib.kernel.uploads import demand_pictures, signed_post

MAX_PICTURE_BYTES = 5 * 1024 * 1024
_GOOD_FOR_SECONDS = 600
_PER_MEMBER = Limit("evidence", times=60, minutes=60)
_PICTURE = re.compile(r"EV[0-9A-HJKMNP-TV-Z]{26}\.(?:jpg|png|webp)")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True)
class Offer:
    """A form post that S3 takes for ten minutes: these fields, then the file."""

    picture_key: str
    url: str
    fields: dict[str, str]


def offer_upload(member_id: str, content_type: str) -> Offer:
    """A place for one picture of this member, of this type and at most 5 MB. Raises ``TooOften``."""
    take((_PER_MEMBER, member_id))
    key = f"{folder_of(member_id)}{new_id('EV')}.{_ENDINGS[content_type]}"
    headers = {"Content-Type": content_type}
    form = signed_post(key, headers, max_bytes=MAX_PICTURE_BYTES, valid_seconds=_GOOD_FOR_SECONDS)
    return Offer(key, form.url, form.fields)


def folder_of(member_id: str) -> str:
    """Where this member's evidence lies; nobody may show another's."""
    return f"evidence/{member_id}/"


def demand_own_pictures(member_id: str, keys: Sequence[str]) -> None:
    """Let only pictures pass that this member uploaded here. Raises ``Invalid``."""
    folder = folder_of(member_id)
    if not all(key.startswith(folder) and _PICTURE.fullmatch(key.removeprefix(folder)) for key in keys):
        raise Invalid("图片没有上传成功，请重新上传。")
    demand_pictures(keys, field="picture_keys")
