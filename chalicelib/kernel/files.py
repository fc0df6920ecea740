"""Private files: what long work is given, keeps and leaves. Nobody reads them but by a short link of ours."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from typing import IO
from urllib.parse import quote

from chalicelib.kernel import aws
from chalicelib.kernel.config import config


def put(key: str, content: bytes) -> None:
    """Write the file, over what may stand under its key."""
    aws.client("s3").put_object(Bucket=config().results_bucket, Key=key, Body=content)


def get(key: str) -> bytes:
    """The whole file."""
    found: bytes = aws.client("s3").get_object(Bucket=config().results_bucket, Key=key)["Body"].read()
    return found


def join(keys: Iterable[str], into: str) -> int:
    """Write the files one after the other as one; returns its bytes. On disk, not in memory."""
    storage, bucket = aws.client("s3"), config().results_bucket

    def copy(whole: IO[bytes]) -> None:
        for key in keys:
            shutil.copyfileobj(storage.get_object(Bucket=bucket, Key=key)["Body"], whole)

    return write(into, copy)


def write(key: str, fill: Callable[[IO[bytes]], None]) -> int:
    """Write the file that ``fill`` writes; returns its bytes. On disk, not in memory."""
    with tempfile.TemporaryFile() as whole:
        fill(whole)
        size = whole.seek(0, 2)
        whole.seek(0)
        aws.client("s3").put_object(Bucket=config().results_bucket, Key=key, Body=whole)
    return size


def signed_link(key: str, file_name: str, *, valid_seconds: int) -> str:
    """A link by which whoever holds it may save this one file under this name."""
    place = {
        "Bucket": config().results_bucket,
        "Key": key,
        "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
        "ResponseContentType": "application/octet-stream",
    }
    link: str = aws.client("s3").generate_presigned_url("get_object", Params=place, ExpiresIn=valid_seconds)
    return link
