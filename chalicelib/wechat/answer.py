"""How notices of WeChat Pay are answered (wechat.md §6.3)."""

from collections.abc import Callable
from typing import Literal

from chalicelib.kernel import log
from chalicelib.kernel.errors import DomainError
from chalicelib.kernel.http import Out, Reply


class NotTaken(Out):
    """WeChat's own shape of "not yet"; it sends the notice again."""

    code: Literal["FAIL"]
    message: str


def answered(take: Callable[[], None]) -> Reply:
    """204 when ``take`` has put the notice into the books; else a refusal, so that it comes again."""
    try:
        take()
    except DomainError as refusal:
        log.warning("notice_refused", refusal=refusal.code(), status=refusal.status)
        log.count("notice_refused", refusal=refusal.code())
        said = NotTaken(code="FAIL", message=refusal.title)
        return Reply(
            said.model_dump_json(), refusal.status, {"Content-Type": "application/json; charset=utf-8"}
        )
    return Reply(status=204)
