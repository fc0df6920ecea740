"""Files go straight into the media bucket and out of it; their bytes never pass through us."""

from dataclasses import dataclass

from chalicelib.kernel import aws
from chalicelib.kernel.config import config

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For a file under a fresh key, which never changes."""


@dataclass(frozen=True)
class FormPost:
    """Post the ``fields`` and then the file as a form to ``url``."""

    url: str
    fields: dict[str, str]


def signed_post(key: str, headers: dict[str, str], *, max_bytes: int, valid_seconds: int) -> FormPost:
    """A post of one file under ``key`` with exactly these ``headers``, its type among them.

    The bucket refuses another type or a larger file, because all of it is part of the signature.
    """
    fixed = [{name: value} for name, value in headers.items()]
    signed = aws.client("s3").generate_presigned_post(
        config().media_bucket,
        key,
        Fields=dict(headers),
        Conditions=[*fixed, ["content-length-range", 1, max_bytes]],
        ExpiresIn=valid_seconds,
    )
    return FormPost(signed["url"], signed["fields"])


def signed_link(key: str, *, valid_seconds: int) -> str:
    """A link by which whoever holds it may read this one file."""
    place = {"Bucket": config().media_bucket, "Key": key}
    link: str = aws.client("s3").generate_presigned_url("get_object", Params=place, ExpiresIn=valid_seconds)
    return link
