"""What the operator of the simulation can see and change (``/sim/…`` beside the phones)."""

from scripts.local.wechat_sim import keys, money
from scripts.local.wechat_sim.clock import shanghai_time
from scripts.local.wechat_sim.control_door import Order
from scripts.local.wechat_sim.faults import CATALOG
from scripts.local.wechat_sim.store import Doc

SHOWN = 200


def clock(order: Order) -> Doc:
    """GET /sim/clock; POST {advance_seconds} or {rate}."""
    world = order.world
    if "advance_seconds" in order.body:
        world.clock.advance(float(order.body["advance_seconds"]))
    if "rate" in order.body:
        world.clock.run_at(float(order.body["rate"]))
    world.wake.set()
    return {"now": world.now(), "shown": shanghai_time(world.now()), "rate": world.clock.rate()}


def settings(order: Order) -> Doc:
    """GET /sim/settings; POST with the names to change."""
    world = order.world
    shown = world.change_settings(order.body) if order.body else world.settings()
    return {**shown, "available_fen": money.balance_fen(world), "frozen_fen": money.frozen_fen(world)}


def faults(order: Order) -> list[Doc]:
    """GET /sim/faults: what is on."""
    return order.world.faults.listing()


def add_fault(order: Order) -> Doc:
    """POST /sim/faults {name, times?, endpoint?, parameters?}; ``times`` null: until removed."""
    times = order.body.get("times", 1)
    if times is not None and not isinstance(times, int):
        raise ValueError("times is a number or null")
    endpoint, parameters = order.text("endpoint", "*"), order.body.get("parameters")
    return order.world.faults.add(order.text("name"), times=times, endpoint=endpoint, parameters=parameters)


def remove_fault(order: Order) -> Doc:
    """DELETE /sim/faults/{fault_id}."""
    return {"was_on": order.world.faults.remove(order.path["fault_id"])}


def clear_faults(order: Order) -> Doc:
    """DELETE /sim/faults."""
    order.world.faults.clear()
    return {"on": 0}


def catalog(order: Order) -> list[Doc]:
    """GET /sim/faults/catalog."""
    return [
        {"name": fault.name, "group": fault.group, "label": fault.label, "parameters": fault.parameters}
        for fault in CATALOG.values()
    ]


def documents(kind: str, order: Order) -> list[Doc]:
    """GET /sim/trades, /refunds, /transfers, /callbacks, /flows: the newest first."""
    newest = int(order.request.query_params.get("limit", SHOWN))
    return order.world.store.all(kind, newest=newest)


def rotate_key(order: Order) -> Doc:
    """POST /sim/keys/rotate {sign_with: new | old}: a second public key.

    Requests that name either key are answered with it.
    """
    world = order.world
    sign_with = order.text("sign_with", "new")
    if sign_with not in ("new", "old"):
        raise ValueError("sign_with is new or old")
    fresh = keys.rotate(world.keys)
    if sign_with == "new":
        world.change_settings({"platform_key_id": fresh.id})
    keys.save(world.keys, world.options.directory)
    return {"platform_public_key_id": fresh.id, "platform_public_key_pem": fresh.public_key_pem}


def health(order: Order) -> Doc:
    """GET /sim/health."""
    return {"up": True, "now": order.world.now(), "shop_url": order.world.options.shop_url}
