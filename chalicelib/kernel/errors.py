"""Every refusal the product gives, as one tree.

* DomainError                 an answer, not an accident: status, code, a sentence in Chinese
  - BadRequest      400       cannot be read at all
  - Unauthorized    401       who are you?
  - Forbidden       403       you may not
  - NotFound        404       not there, or not yours
  - Conflict        409       the state of things forbids it
  - TooLarge        413       more bytes than the door takes
  - Invalid         422       readable, but a field is wrong
  - TooMany         429       too often
  - Unavailable     503       try again soon; nothing was lost

Rooms subclass these with a sentence for a name (``OrderAlreadyPaid``), a Chinese ``title`` and
``detail``. The class name in capitals is the ``code`` that clients branch on. Anything else that is
raised is our own bug: 500, logged, counted, never swallowed.
"""

import re
from typing import ClassVar


class DomainError(Exception):
    """A refusal that a person can understand. ``detail`` may be given per case."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "这次没有成功"
    detail: str = "请稍后再试。"

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        if detail is not None:
            self.detail = detail
        self.facts = facts
        super().__init__(self.detail)

    @classmethod
    def code(cls) -> str:
        """``OutOfStock`` is ``OUT_OF_STOCK``, ``OneAtATime`` is ``ONE_AT_A_TIME``."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).upper()


class BadRequest(DomainError):
    status = 400
    title = "请求格式不对"
    detail = "内容无法识别，请刷新后重试。"


class Unauthorized(DomainError):
    status = 401
    title = "请先登录"
    detail = "登录已过期，请重新登录。"


class Forbidden(DomainError):
    status = 403
    title = "没有权限"
    detail = "您没有权限进行此操作。"


class NotFound(DomainError):
    status = 404
    title = "没有找到"
    detail = "内容不存在或已被移除。"


class Conflict(DomainError):
    status = 409
    title = "状态已变化"
    detail = "内容刚刚有变化，请刷新后再试。"


class TooLarge(DomainError):
    status = 413
    title = "内容太大"
    detail = "提交的内容太大，请精简后再试。"


class Invalid(DomainError):
    """``fields`` names each wrong field and says in words what is wrong with it."""

    status = 422
    title = "填写有误"
    detail = "请检查填写的内容。"

    def __init__(self, detail: str | None = None, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.fields = fields or {}


class TooMany(DomainError):
    status = 429
    title = "操作太频繁"
    detail = "请稍等片刻再试。"


class Unavailable(DomainError):
    status = 503
    title = "系统繁忙"
    detail = "请稍后再试，您的数据不会丢失。"


class KeyReused(Conflict):
    """The same Idempotency-Key came with other content (design §5)."""

    title = "重复的提交"
    detail = "这次提交与之前的内容不同，请刷新后重新提交。"


class Crowded(Unavailable):
    """The tables stayed in conflict or throttled through every retry; nothing was written."""


class Unreachable(Unavailable):
    """No answer came in time. A read may be tried again; whether a write was applied is open, so it is
    asked for again in the same words (the same key, the same notice) and then meets itself."""
