"""Let staff's browser put one picture straight into the media bucket (P1)."""

from dataclasses import dataclass

from chalicelib.catalog.rules import MAX_PICTURE_BYTES, PICTURE_ENDINGS, PictureType
from chalicelib.kernel import ids
from chalicelib.kernel.config import config
from chalicelib.kernel.uploads import FOREVER, signed_post

_VALID_SECONDS = 300


@dataclass(frozen=True)
class Offer:
    """Post the ``fields`` and then the file as a form to ``url``; the picture is then ``picture_url``."""

    url: str
    fields: dict[str, str]
    picture_url: str
    max_bytes: int = MAX_PICTURE_BYTES


def offer_upload(content_type: PictureType) -> Offer:
    """An upload of exactly this type, at most ``MAX_PICTURE_BYTES``, under a fresh key, for five minutes.

    The bucket refuses anything else, because the conditions are part of the signature; the file never
    passes through our functions.
    """
    key = f"media/pictures/{ids.new_id('PC')}.{PICTURE_ENDINGS[content_type]}"
    headers = {"Content-Type": content_type, **FOREVER}
    signed = signed_post(key, headers, max_bytes=MAX_PICTURE_BYTES, valid_seconds=_VALID_SECONDS)
    return Offer(signed.url, signed.fields, f"{config().public_url}/{key}")
