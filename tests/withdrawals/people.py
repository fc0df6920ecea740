"""A distributor with money, made through the rooms' own verbs and stores."""

import threading
from collections.abc import Callable
from contextlib import suppress

from chalicelib.adjustments.rules import ADJUSTMENTS
from chalicelib.distributors import store as distributors
from chalicelib.distributors.assign import assign
from chalicelib.distributors.rules import Level, LevelTaken
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.money import Fen
from chalicelib.members.sign_in import sign_in
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Wallet
from chalicelib.wechat.login import Identity
from chalicelib.withdrawals import store
from chalicelib.withdrawals.jobs import pay_out
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Withdrawal


def distributor(openid: str = "o-payee", *, available_fen: int = 50_000, appid: str | None = None) -> str:
    """An approved distributor who may withdraw ``available_fen``; the member's id."""
    member_id = sign_in(Identity(appid or config().mp_appid, openid, None)).member.member_id
    approve_distributor(member_id)
    if available_fen:
        earn(member_id, available_fen)
    return member_id


def approve_distributor(member_id: str) -> None:
    """Let this member promote, on the first level."""
    with suppress(LevelTaken):
        commit(distributors.add_level(Level("normal", "普通", 1)))
    distributors.forget_levels()
    assign(member_id, "normal", by="STBOSS", reason="测试")


def earn(member_id: str, amount_fen: int, *, adjust_id: str = "1") -> None:
    """Give money, balanced in the journal."""
    commit(
        wallet.move(member_id, available_fen=amount_fen),
        wallet.entry(
            f"ADJUST:{member_id}:{adjust_id}",
            now(),
            [(ADJUSTMENTS, -amount_fen), (f"m:{member_id}:available", amount_fen)],
            {"member_id": member_id, "reason": "测试"},
        ),
    )


def owe(member_id: str, amount_fen: int) -> None:
    """A late clawback that found nothing available."""
    commit(
        wallet.move(member_id, debt_fen=amount_fen),
        wallet.entry(
            f"ADJUST:{member_id}:debt",
            now(),
            [(ADJUSTMENTS, amount_fen), (f"m:{member_id}:debt", -amount_fen)],
            {"member_id": member_id, "reason": "测试"},
        ),
    )


def ask(member_id: str, amount_fen: int = 5_000, key: str = "request-1", **more: str) -> Withdrawal:
    """Ask for a payout."""
    return request(member_id, Fen(amount_fen), key=key, **more)


def waiting(member_id: str, amount_fen: int = 5_000, key: str = "request-1") -> Withdrawal:
    """A withdrawal that the member may confirm."""
    asked = ask(member_id, amount_fen, key)
    pay_out()
    found = store.load(asked.withdrawal_id)
    assert found.status == "WAITING"
    return found


def purse(member_id: str) -> tuple[int, int, int]:
    """Available, frozen and debt."""
    held: Wallet = wallet.find(member_id)
    return held.available_fen, held.frozen_fen, held.debt_fen


def entry_sums(entry_id: str) -> dict[str, int]:
    """A journal entry's postings."""
    return {one.account: one.amount_fen for one in wallet.load_entry(entry_id).postings}


def together(count: int, act: Callable[[int], object]) -> list[object]:
    """What many at once come to: values and problems, in order."""
    barrier, found = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        barrier.wait()
        try:
            found[number] = act(number)  # type: ignore[call-overload]
        except Exception as problem:
            found[number] = problem  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(found)
