"""The merchant's account at WeChat: one entry per movement, the balance being their sum. Amounts in fen."""

from scripts.local.wechat_sim.clock import shanghai_day
from scripts.local.wechat_sim.world import World


def balance_fen(world: World) -> int:
    """What the merchant can pay out now, not yet counting trades still frozen."""
    return int(world.setting("balance_fen")) + _sum(world, "available_fen")


def frozen_fen(world: World) -> int:
    """Paid by buyers and held until they have received their goods."""
    return _sum(world, "frozen_fen")


def fee_fen(world: World, amount_fen: int) -> int:
    """WeChat's fee on an amount, rounded half up to the fen."""
    return (amount_fen * int(world.setting("fee_bps")) + 5_000) // 10_000


def book(
    world: World,
    business: str,
    amount_fen: int,
    *,
    at: float,
    order: str,
    flow_type: str,
    voucher: str = "",
    is_frozen: bool = False,
) -> None:
    """Write one movement into the fund flow; ``amount_fen`` is negative for an outlay."""
    name = "frozen_fen" if is_frozen else "available_fen"
    _add(world, name, amount_fen)
    entry = {
        "flow_id": world.number("FL", 14),
        "at": at,
        "business": business,
        "type": flow_type,
        "amount_fen": amount_fen,
        "balance_fen": balance_fen(world) + frozen_fen(world),
        "order": order,
        "voucher": voucher,
    }
    world.store.put("flow", str(entry["flow_id"]), entry, parent=shanghai_day(at))


def thaw(world: World, amount_fen: int) -> None:
    """Move a settled trade's money from frozen to available; the total, and so the fund flow, stays."""
    _add(world, "frozen_fen", -amount_fen)
    _add(world, "available_fen", amount_fen)


def _sum(world: World, name: str) -> int:
    return int((world.store.get("account", name) or {"fen": 0})["fen"])


def _add(world: World, name: str, amount_fen: int) -> None:
    world.store.put("account", name, {"fen": _sum(world, name) + amount_fen})
