"""A distributor with money, made through the rooms' own verbs and stores."""

from contextlib import suppress

from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from chalicelib.distributors.rules import Level, LevelTaken
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.members.sign_in import sign_in
from chalicelib.wallet import store as wallet
from chalicelib.wechat.login import Identity


def distributor(openid: str = "o-payee", *, available_fen: int = 50_000, appid: str | None = None) -> str:
    """An approved distributor who may withdraw ``available_fen``; the member's id."""
    member_id = sign_in(Identity(appid or config().mp_appid, openid, None)).member.member_id
    with suppress(LevelTaken):
        commit(distributors.add_level(Level("normal", "普通", 1)))
    distributors.forget_levels()
    assign(member_id, "normal", by="STBOSS", reason="测试")
    if available_fen:
        earn(member_id, available_fen)
    return member_id


def earn(member_id: str, amount_fen: int, *, adjust_id: str = "1") -> None:
    """Give money, balanced in the journal."""
    commit(
        wallet.move(member_id, available_fen=amount_fen),
        wallet.entry(
            f"ADJUST:{member_id}:{adjust_id}",
            "ADJUST",
            now(),
            [("shop:sales", -amount_fen), (f"m:{member_id}:available", amount_fen)],
            {"member_id": member_id},
        ),
    )


def owe(member_id: str, amount_fen: int) -> None:
    """A late clawback that found nothing available."""
    commit(
        wallet.move(member_id, debt_fen=amount_fen),
        wallet.entry(
            f"ADJUST:{member_id}:debt",
            "ADJUST",
            now(),
            [("shop:sales", amount_fen), (f"m:{member_id}:debt", -amount_fen)],
            {"member_id": member_id},
        ),
    )
