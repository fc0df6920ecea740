"""The main job on real parts: engine, simulator, API and worker as processes, over HTTP.

The story of the demo is told in a temporary world; then the world is stopped and started again, and
everything is still there. M1, I1–I3, D1, O1–O4, R1, W1–W3, N3.
"""

import json
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from scripts.local.people import Phone, Refused, wait_for
from scripts.local.start import watch
from scripts.local.story import Story
from scripts.local.world import World


def of(facts: dict[str, Any], payee: str) -> dict[str, Any]:
    (found,) = [one for one in facts["commissions"] if one["payee"] == payee]
    return found


def test_the_figures_of_the_worked_example(facts: dict[str, Any]) -> None:
    """10 % and 5 % of 3 × ¥33.33 and ¥10.01, floored per line; freight earns nothing (R1, R9)."""
    assert facts["order"]["total_fen"] == 9999 + 1001 + 1200
    assert of(facts, "B")["amount_fen"] == 999 + 100
    assert of(facts, "A")["amount_fen"] == 499 + 50


def test_two_of_three_units_refunded_take_back_the_cumulative_floor(facts: dict[str, Any]) -> None:
    """O4, invariant 11."""
    assert of(facts, "B")["clawed_fen"] == 999 * 6666 // 9999
    assert of(facts, "A")["clawed_fen"] == 499 * 6666 // 9999


def test_what_is_left_matured_and_was_paid_out(facts: dict[str, Any]) -> None:
    """W2, W3: A's wallet ends empty, the payout is WeChat's SUCCESS."""
    left = 549 - 499 * 6666 // 9999
    wallets = {one["member"]: one for one in facts["wallets"]}
    assert wallets["A"]["available_fen"] == 0
    assert wallets["A"]["withdrawn_fen"] == left
    assert wallets["B"]["available_fen"] == 1099 - 999 * 6666 // 9999
    (withdrawal,) = facts["withdrawals"]
    assert withdrawal["status"] == "PAID"


def test_every_commission_explains_itself(facts: dict[str, Any]) -> None:
    """R11."""
    for one in facts["commissions"]:
        text = "".join(one["explanation"])
        assert "10%" in text or "5%" in text
        assert one["plan_version"] == 1


def test_the_books_are_right_to_the_fen(facts: dict[str, Any]) -> None:
    """Invariants 1–3, 7, 10, 11, 13, 15, 21, 24, WeChat's own bills among them."""
    assert facts["books_off_fen"] == 0
    assert facts["audit"]["findings"] == []


def test_the_paid_notice_came_seven_times_and_was_always_acknowledged(facts: dict[str, Any]) -> None:
    """O2, invariant 6."""
    paid = [
        one
        for one in facts["notices"]
        if one["endpoint"] == "notice.TRANSACTION" and facts["order"]["order_id"] in json.dumps(one)
    ]
    attempts = [attempt for one in paid for attempt in one["attempts"]]
    assert len(attempts) >= 7
    assert all(attempt["status"] in (200, 204) for attempt in attempts)


def test_both_were_told(story: Story) -> None:
    """N2: the inbox says what happened."""
    expected = {
        "A": {"commission_pending", "commission_available", "withdrawal_confirm", "withdrawal_paid"},
        "B": {"commission_pending", "commission_taken_back", "new_downline"},
        "C": {"order_paid", "order_shipped", "refund_done"},
    }
    for letter, kinds in expected.items():
        phone = story.people[letter]
        told = lambda: {one["kind"] for one in phone.get("/shop/inbox", limit=50)["items"]}  # noqa: B023, E731
        wait_for(f"the notices of {letter}", lambda: kinds <= told())  # noqa: B023


def test_a_shopper_is_refused_in_words(story: Story) -> None:
    with pytest.raises(Refused) as refused:
        story.people["C"].get("/distributor/centre")
    assert refused.value.status == 403
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.problem["detail"])


def test_everything_is_still_there_after_a_restart(world: World, story: Story, facts: dict[str, Any]) -> None:
    """Stopped and started on the same folder, nothing is lost: shop, wallets, phones, callbacks."""
    world.stop()
    world.start()
    phone = Phone(world.api_url, world.wechat_url, story.people["B"].nickname)
    phone.sign_in()
    wallet = phone.get("/shop/wallet")
    before = next(one for one in facts["wallets"] if one["member"] == "B")
    assert phone.member_id == story.people["B"].member_id
    assert {name: wallet[name] for name in wallet if name.endswith("_fen")} == {
        name: before[name] for name in before if name.endswith("_fen")
    }
    assert len(phone.device("GET", "/sim/callbacks")) >= len(facts["notices"])
    phone.close()
    assert (Path(world.folder) / "dead-letters.jsonl").exists() is False


@pytest.mark.parametrize("name", ["worker", "api"])
def test_what_dies_is_started_again(world: World, story: Story, name: str) -> None:
    """N3: nobody has to notice that a process is gone; what it left undone is done by the next."""
    stopping, before = threading.Event(), world.processes[name]
    watching = threading.Thread(target=watch, args=(world, stopping))
    watching.start()

    def is_there() -> bool:
        try:
            urllib.request.urlopen(f"{world.api_url}/health", timeout=5).close()
        except OSError:
            return False
        return world.processes.get(name) not in (None, before)

    try:
        pending_fen = story.people["B"].get("/shop/wallet")["pending_fen"]
        before.kill()
        wait_for(name, is_there)
        story.buy()
        wait_for("the follower", lambda: story.people["B"].get("/shop/wallet")["pending_fen"] > pending_fen)
    finally:
        stopping.set()
        watching.join()
