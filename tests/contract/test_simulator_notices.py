"""Notices: their schedule on the shared clock, and every fault they can suffer (wechat.md §2.3, §6)."""

from typing import Any

import pytest

from tests.contract.peers import Delivery, Merchant, Shop, Simulator, wait_until

PAY_TRIES_AT = [0, 15, 30, 60, 240, 840, 2040, 3840, 5640, 7440, 11040, 21840, 32640, 43440, 65040, 86640]
"""Seconds after payment at which WeChat tries: the pauses of wechat.md §2.3 summed, 24 h 4 min in all."""


def callback(simulator: Simulator, event: str = "TRANSACTION.SUCCESS") -> dict[str, Any]:
    return next(item for item in simulator.sim("/callbacks") if item["event"] == event)


def settled(simulator: Simulator, event: str = "TRANSACTION.SUCCESS") -> dict[str, Any]:
    return dict(
        wait_until(lambda: (found := callback(simulator, event))["state"] not in ("waiting",) and found)
    )


class TestSchedule:
    def test_refused_notices_are_repeated_on_wechats_schedule(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        shop.answer = lambda delivery: (500, '{"code":"FAIL","message":"失败"}')
        merchant.paid(simulator.person())
        wait_until(lambda: callback(simulator)["tried"] == 1)
        start = callback(simulator)["created_at"]
        for number, due in enumerate(PAY_TRIES_AT[1:6], start=1):
            planned = callback(simulator)
            assert planned["next_at"] - start == pytest.approx(due)
            simulator.advance(planned["next_at"] - simulator.sim("/clock")["now"] - 1)
            assert callback(simulator)["tried"] == number, "not before its time"
            simulator.advance(1.01)
            wait_until(lambda number=number: callback(simulator)["tried"] == number + 1)

    def test_after_a_jump_of_the_clock_all_tries_follow_and_then_it_gives_up(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        shop.answer = lambda delivery: (500, "")
        merchant.paid(simulator.person())
        simulator.advance(86_400 + 300)
        done = settled(simulator)
        assert (done["state"], done["tried"]) == ("given_up", len(PAY_TRIES_AT))
        assert len({merchant.open(item)[0]["id"] for item in shop.got}) == 1, "one id through all tries"

    def test_a_transfers_notice_has_its_own_schedule(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        shop.answer = lambda delivery: (500, "")
        merchant.call(
            "POST", "/v3/fund-app/mch-transfer/transfer-bills", merchant.transfer_body(simulator.person())
        )
        simulator.advance(86_400 + 1)
        wait_until(lambda: simulator.sim("/callbacks"))
        pauses = callback(simulator, "MCHTRANSFER.BILL.FINISHED")["retry_seconds"]
        assert pauses == [15] * 10 + [300] * 10 + [1800] * 44

    def test_an_accepted_notice_is_not_repeated(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        merchant.paid(simulator.person())
        assert settled(simulator)["state"] == "delivered"
        simulator.advance(86_400)
        simulator.sim("/health")
        assert len(shop.got) == 1

    def test_a_redirect_or_silence_is_not_acceptance(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        shop.answer = lambda delivery: (302, "")
        merchant.paid(simulator.person())
        wait_until(lambda: callback(simulator)["tried"] == 1)
        assert callback(simulator)["state"] == "waiting"

    def test_it_can_be_sent_again_by_hand(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        merchant.paid(simulator.person())
        done = settled(simulator)
        attempts = simulator.sim(f"/callbacks/{done['id']}/redeliver", {"times": 3, "parallel": True})
        assert [item["status"] for item in attempts] == [204] * 3
        assert len(shop.got) == 4
        simulator.sim("/callbacks/CB999/redeliver", {}, status=404)


class TestFaults:
    def one(self, shop: Shop) -> Delivery:
        return wait_until(lambda: shop.got)[0]

    def test_duplicate_and_parallel(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        simulator.fault("notify_duplicate", count=3)
        merchant.paid(simulator.person())
        wait_until(lambda: len(shop.got) == 3)
        shop.reset()
        simulator.fault("notify_parallel", count=5)
        merchant.paid(simulator.person())
        wait_until(lambda: len(shop.got) == 5)
        assert len({merchant.open(item)[0]["id"] for item in shop.got}) == 1

    def test_delayed(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        simulator.fault("notify_delayed", seconds=600)
        merchant.paid(simulator.person())
        wait_until(lambda: callback(simulator)["next_at"] > simulator.sim("/clock")["now"] + 500)
        assert shop.got == []
        simulator.advance(601)
        self.one(shop)

    def test_dropped_while_the_query_knows(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.fault("notify_dropped")
        order = merchant.paid(simulator.person())
        assert settled(simulator)["state"] == "dropped"
        simulator.advance(86_400)
        assert shop.got == []
        path = f"/v3/pay/transactions/out-trade-no/{order['out_trade_no']}?mchid={simulator.keys['mch_id']}"
        assert merchant.call("GET", path).json()["trade_state"] == "SUCCESS"

    def test_stale(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        simulator.fault("notify_stale", seconds=3600)
        merchant.paid(simulator.person())
        delivery = self.one(shop)
        merchant.open(delivery)  # the signature is right; only its time is old
        assert simulator.sim("/clock")["now"] - int(delivery.headers["Wechatpay-Timestamp"]) > 3590

    def test_wrong_serial(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        simulator.fault("notify_wrong_serial")
        merchant.paid(simulator.person())
        assert self.one(shop).headers["Wechatpay-Serial"] not in merchant.platform

    def test_tampered_ciphertext_under_a_right_signature(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.fault("notify_tampered")
        merchant.paid(simulator.person())
        delivery = self.one(shop)
        merchant.verify(delivery.headers, delivery.body.decode())
        assert merchant.client().callback(delivery.headers, delivery.body) is None

    @pytest.mark.parametrize(
        ("fault", "name", "wrong"),
        [
            ("notify_other_appid", "appid", "wx0000000000000000"),
            ("notify_other_mchid", "mchid", "1900000001"),
        ],
    )
    def test_somebody_elses(
        self, simulator: Simulator, merchant: Merchant, shop: Shop, fault: str, name: str, wrong: str
    ) -> None:
        simulator.fault(fault)
        merchant.paid(simulator.person())
        assert merchant.open(self.one(shop))[1][name] == wrong

    def test_wrong_amount(self, simulator: Simulator, merchant: Merchant, shop: Shop) -> None:
        simulator.fault("notify_wrong_amount")
        merchant.paid(simulator.person())
        assert merchant.open(self.one(shop))[1]["amount"]["total"] == 10_001

    def test_signature_probe_comes_before_the_real_one(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.fault("notify_signtest")
        merchant.paid(simulator.person())
        wait_until(lambda: len(shop.got) == 2)
        assert shop.got[0].headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
        merchant.open(shop.got[1])

    def test_a_faulty_try_is_followed_by_a_good_one(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.fault("notify_tampered", times=2)
        shop.answer = lambda delivery: (
            (204, "") if merchant.client().callback(delivery.headers, delivery.body) else (401, "")
        )
        merchant.paid(simulator.person())
        simulator.advance(31)
        done = settled(simulator)
        assert (done["state"], [item["status"] for item in done["attempts"]]) == (
            "delivered",
            [401, 401, 204],
        )

    def test_notice_before_the_prepay_answer(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.fault("notify_before_response", endpoint="pay.prepay")
        body = merchant.order(simulator.person())
        merchant.prepay(body)
        assert merchant.open(shop.got[0])[1]["out_trade_no"] == body["out_trade_no"]

    def test_notice_before_the_transfer_answer(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.fault("notify_before_response", endpoint="pay.transfer")
        body = merchant.transfer_body(simulator.person())
        answer = merchant.call("POST", "/v3/fund-app/mch-transfer/transfer-bills", body).json()
        assert answer["state"] == "WAIT_USER_CONFIRM", "the answer was made before"
        assert merchant.open(shop.got[0])[1]["state"] == "SUCCESS"


class TestKeys:
    def test_rotation_signs_with_the_new_key_and_answers_with_the_named_one(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        from wechatpayv3.utils import load_public_key

        fresh = simulator.sim("/keys/rotate", {"sign_with": "new"})
        new_id = fresh["platform_public_key_id"]
        merchant.platform[new_id] = load_public_key(fresh["platform_public_key_pem"])
        person = simulator.person()
        merchant.paid(person)
        merchant.open(wait_until(lambda: shop.got)[0])
        assert shop.got[0].headers["Wechatpay-Serial"] == new_id
        old = merchant.call("POST", "/v3/pay/transactions/jsapi", merchant.order(person))
        assert old.headers["wechatpay-serial"] == simulator.keys["platform_public_key_id"]
        new = merchant.call(
            "POST", "/v3/pay/transactions/jsapi", merchant.order(person), Wechatpay_Serial=new_id
        )
        assert new.headers["wechatpay-serial"] == new_id

    def test_certificate_mode_is_understood_by_an_independent_client(
        self, simulator: Simulator, merchant: Merchant, shop: Shop
    ) -> None:
        simulator.sim("/settings", {"mode": "certificate"})
        merchant.paid(simulator.person())
        delivery = wait_until(lambda: shop.got)[0]
        opened = merchant.client().callback(
            delivery.headers, delivery.body
        )  # downloads the certificate itself
        assert opened["resource"]["trade_state"] == "SUCCESS"
