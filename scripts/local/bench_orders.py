"""Orders to settle and the notices that settle them, for the benchmark; runs inside a world.

Orders are put through the orders room's own store, as placement leaves them; notices are signed and
sealed with the simulator's own keys, as WeChat would.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.commissions.rules import Grant, Payee, TermLine, Terms
from chalicelib.kernel import clock, ids
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import KeyReused
from chalicelib.kernel.money import Fen
from chalicelib.orders import store as orders
from chalicelib.orders.rules import Order, OrderLine, ShipTo

LEVEL_1_FEN, LEVEL_2_FEN = 999, 499
_GOODS_FEN = 9999


@dataclass(frozen=True)
class Notice:
    """One signed request body with its headers, ready to be posted to /wechat/paid."""

    order_id: str
    headers: dict[str, str]
    body: str


class Street:
    """WeChat as the benchmark needs it: signs and seals."""

    def __init__(self, keys: dict[str, Any]) -> None:
        pem = keys["platform_keys"][0]["private_key_pem"].encode()
        key = serialization.load_pem_private_key(pem, None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self.key = key
        self.key_id = keys["platform_public_key_id"]
        self.seal = AESGCM(keys["api_v3_key"].encode())

    def paid(self, order: Order) -> Notice:
        """WeChat's notice that the order was paid."""
        at = clock.now().astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
        resource = {
            "transaction_id": f"42{secrets.randbelow(10**26):026d}",
            "amount": {
                "payer_total": order.total_fen,
                "total": order.total_fen,
                "currency": "CNY",
                "payer_currency": "CNY",
            },
            "mchid": config().mch_id,
            "appid": order.payer_appid,
            "trade_state": "SUCCESS",
            "trade_type": "JSAPI",
            "success_time": at,
            "payer": {"openid": order.payer_openid},
            "out_trade_no": order.order_id,
        }
        nonce = secrets.token_hex(6)
        sealed = self.seal.encrypt(nonce.encode(), json.dumps(resource).encode(), b"transaction")
        body = json.dumps(
            {
                "id": f"EV-{secrets.token_hex(12)}",
                "create_time": at,
                "resource_type": "encrypt-resource",
                "event_type": "TRANSACTION.SUCCESS",
                "summary": "支付成功",
                "resource": {
                    "original_type": "transaction",
                    "algorithm": "AEAD_AES_256_GCM",
                    "ciphertext": base64.b64encode(sealed).decode(),
                    "associated_data": "transaction",
                    "nonce": nonce,
                },
            },
            ensure_ascii=False,
        )
        return Notice(order.order_id, self._headers(body), body)

    def _headers(self, body: str) -> dict[str, str]:
        moment, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        text = f"{moment}\n{nonce}\n{body}\n".encode()
        signature = self.key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": self.key_id,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }


def put_orders(count: int, *, upline: str | None = None) -> list[Order]:
    """Unpaid orders of one line and two levels; all under ``upline``, or each under its own."""
    made = [_order(upline or ids.new_id("ME"), ids.new_id("ME")) for _ in range(count)]
    for start in range(0, count, 50):
        commit(*(orders.put_order(order, KeyReused) for order in made[start : start + 50]))
    return made


def _order(level_1: str, level_2: str) -> Order:
    at = clock.now()
    line = OrderLine(
        line_no=1,
        product_id=ids.new_id("PR"),
        sku_id=ids.new_id("SK"),
        title="高山云雾绿茶",
        sku_name="100 克",
        picture_url=None,
        quantity=3,
        price_fen=Fen(3333),
        goods_fen=Fen(_GOODS_FEN),
        discount_fen=Fen(0),
        paid_fen=Fen(_GOODS_FEN),
        cost_fen=Fen(1500),
    )
    grants = (Grant("PLAN", 1000), Grant("PLAN", 500))
    terms = Terms(
        plan_id=ids.derived_id("PL", "1"),
        plan_version=1,
        plan_name="标准返利方案",
        cap_bps=3000,
        payees=(Payee(level_1, 1, "normal", "L1"), Payee(level_2, 2, "normal", "L2")),
        lines=(TermLine(1, line.product_id, line.sku_id, grants),),
    )
    return Order(
        order_id=ids.new_id("OR"),
        buyer_id=ids.new_id("ME"),
        status="UNPAID",
        lines=(line,),
        goods_fen=Fen(_GOODS_FEN),
        freight_fen=Fen(1200),
        total_fen=Fen(_GOODS_FEN + 1200),
        terms=terms,
        ship_to=ShipTo("浙江省", "杭州市", "西湖区", "k1." + "x" * 120),
        payer_appid=config().mp_appid,
        payer_openid="o" + secrets.token_urlsafe(20),
        fingerprint=secrets.token_hex(16),
        placed_at=at,
        expires_at=at + timedelta(minutes=30),
        auto_receive_days=10,
        after_sale_days=7,
    )
