"""Files go straight into the media bucket and out of it; their bytes never pass through us."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from botocore.exceptions import ClientError

from chalicelib.kernel import aws
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid, Unreachable

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""For a file under a fresh key, which never changes."""


_MAGIC = {"jpg": rb"\xff\xd8\xff", "png": rb"\x89PNG\r\n\x1a\n", "webp": rb"RIFF.{4}WEBP"}
"""How a file of each ending begins, whatever type its sender named."""


NOT_A_PICTURE = "图片没有上传成功，或者不是 JPG、PNG、WebP 图片，请重新上传。"


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


def drop_folder(folder: str) -> None:
    """Take away every file under this prefix; what died in between goes the next time."""
    s3, place = aws.client("s3"), {"Bucket": config().media_bucket}
    while found := s3.list_objects_v2(**place, Prefix=folder, MaxKeys=1000).get("Contents"):
        keys = [{"Key": one["Key"]} for one in found]
        refused = s3.delete_objects(**place, Delete={"Objects": keys, "Quiet": True}).get("Errors")
        if refused:
            raise Unreachable()  # else this would go round for ever


def demand_pictures(keys: Iterable[str], *, field: str) -> None:
    """Let these uploads be shown: each is there and begins as a picture of its ending does.

    The signed form fixes type and size, not the content, so it is looked at once, when it is first used.
    Raises ``Invalid`` naming ``field``.
    """
    for key in keys:
        magic = _MAGIC[key.rpartition(".")[2]]
        if re.match(magic, _beginning(key), re.DOTALL) is None:
            raise Invalid(NOT_A_PICTURE, fields={field: NOT_A_PICTURE})


def _beginning(key: str) -> bytes:
    try:
        found = aws.client("s3").get_object(Bucket=config().media_bucket, Key=key, Range="bytes=0-15")
    except ClientError as refused:
        if refused.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied", "InvalidRange"):
            return b""
        raise
    beginning: bytes = found["Body"].read()
    return beginning
