"""What members are told about a scan: friendly, never a reproach, shopping goes on."""

from chalicelib.invites.rules import Attribution, Invite, h5_link
from chalicelib.kernel.clock import business_day


def tell(row: Attribution, inviter_name: str) -> str:
    """One sentence about the decision."""
    name = inviter_name or "您的朋友"
    until = business_day(row.until).isoformat() if row.until else ""
    return {
        "FIRST_BINDING": f"欢迎光临！您的推荐人是{name}。",
        "AFTER_PROTECTION": f"您的推荐人已换成{name}。",
        "MOVED_BY_STAFF": "店铺已为您调整推荐人。",
        "ALREADY_BOUND_HERE": f"您的推荐人就是{name}，欢迎回来。",
        "BOUND_FOR_GOOD": "您已有推荐人，这次扫码不会改变。",
        "PROTECTED": f"您已有推荐人，{until} 之前不会改变。",
        "NOT_A_NEW_MEMBER": "这份邀请只送给新朋友，不影响您购物。",
        "WAITS_FOR_PURCHASE": f"已记下{name}的邀请，{until} 前下单就会生效。",
        "WAITS_BEHIND_EARLIER_SCAN": f"已记下{name}的邀请，您先扫的那位优先。",
        "CODE_UNKNOWN": "没有找到这个邀请码，不影响您购物。",
        "CODE_REVOKED": "这个邀请码已经停用，不影响您购物。",
        "CODE_EXPIRED": "这个邀请码已经过期，不影响您购物。",
        "OWN_CODE": "这是您自己的邀请码，发给朋友试试吧。",
        "INVITER_MAY_NOT_INVITE": "这个邀请码暂时不能用，不影响您购物。",
        "WOULD_MAKE_LOOP": "对方是您团队里的朋友，不能成为您的推荐人。",
        "CHAIN_TOO_LONG": "这个邀请码暂时不能用，不影响您购物。",
    }[row.rule]


def tell_follower(row: Attribution | None, inviter_name: str, h5_url: str, invite: Invite | None) -> str:
    """The official account's answer to a follower: what the scan did, if it was one, and the way in.

    WeChat shows links in such texts, so a name loses its angle brackets: nobody writes links by name.
    """
    name = inviter_name.replace("<", "").replace(">", "")
    opening = tell(row, name) if row else "欢迎光临！喜欢的商品都在这里，慢慢逛。"
    link = h5_link(h5_url, invite) if invite else h5_url
    return f'{opening}\n<a href="{link}">点这里进店逛逛</a>'
