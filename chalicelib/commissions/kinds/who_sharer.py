"""The one whose link or code brought this purchase (R2, 分享奖励)."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from chalicelib.commissions.kinds.facts import Claim, Facts
from chalicelib.commissions.kinds.model import Need, Who
from chalicelib.commissions.rules import OUTSIDE, Note


@dataclass(frozen=True)
class SharerWho(Who):
    """Earns beside the chain, also where it is an upline; nobody is paid for sharing with itself."""

    kind: Literal["SHARER"] = "SHARER"
    needs: ClassVar[frozenset[Need]] = frozenset({"SHARER"})

    def claims(self, facts: Facts) -> tuple[Claim, ...]:
        if facts.sharer is None or facts.sharer.member_id == facts.buyer.member_id:
            return ()
        return (Claim(facts.sharer, OUTSIDE, (Note(self.kind),)),)

    def told(self) -> str:
        return "分享链接的人"

    @classmethod
    def tell(cls, note: Note) -> str:
        return "分享链接的人（分享奖励）"
