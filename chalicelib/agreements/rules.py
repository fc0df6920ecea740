"""What an agreement and a signature are (D4). Pure.

A version is published and never edited; whoever signed it can read it for ever. A signature names the
member, the version, its digest, the moment and the kind of device; no address and no device number. It
stays when the account is closed, under an id that names nobody any more: as evidence, like the orders.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel.errors import Conflict, NotFound

Device = Literal["MINI_PROGRAM", "H5"]


@dataclass(frozen=True)
class Agreement:
    """One version; ``digest`` is the SHA-256 of title and text, so that the text proves itself."""

    version: int
    title: str
    text: str
    digest: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True)
class Signature:
    """That this member agreed to this version."""

    member_id: str
    version: int
    digest: str
    signed_at: datetime
    device: Device


class AgreementUnknown(NotFound):
    """No such version, or none at all."""

    title = "没有这份协议"
    detail = "这个版本的合作协议不存在。"


class AgreementMoved(Conflict):
    """Another version came in between; nobody agrees to, or replaces, what they have not read."""

    title = "合作协议已更新"
    detail = "合作协议刚刚有了新版本，请刷新后再读一遍。"


class AgreementOpen(Conflict):
    """The version in force is not signed; it is asked for only before something new is shared."""

    title = "请先签署合作协议"
    detail = "合作协议有新版本，签署后就可以继续分享。已有的佣金和提现不受影响。"


class AlreadySigned(Conflict):
    """Signed by another request this very moment."""

    title = "已经签署"
    detail = "这份协议您已经签署过了。"


def demand_current(version: int, current: Agreement | None) -> Agreement:
    """The agreement in force, if it is this version. Raises ``AgreementUnknown``, ``AgreementMoved``."""
    if current is None:
        raise AgreementUnknown()
    if version != current.version:
        raise AgreementMoved()
    return current
