"""The shop of these tests, with a WeChat Pay and a shipping desk beside it."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from chalicelib.commissions import store as commissions
from chalicelib.distributors import store as distributors
from chalicelib.kernel import aws
from chalicelib.kernel.config import config
from chalicelib.wechat import token
from tests.orders.shop import Shop, open_shop
from tests.payments.fakes import installed
from tests.support.world import Clock

_opened: list[tuple[Any, Shop]] = []
"""The tables of a freshly opened shop, made once and copied for every test."""


@pytest.fixture
def shop(world: Clock) -> Iterator[Shop]:
    distributors.forget_levels()
    commissions.forget_plans()
    with installed() as peer:
        if not _opened:
            _opened.append((None, open_shop(peer)))
            _opened[0] = (copy.deepcopy(_backend().tables), _opened[0][1])
        tables, made = _opened[0]
        _backend().tables = copy.deepcopy(tables)
        yield replace(made, peer=peer)


def _backend() -> Any:
    (account,) = dynamodb_backends
    return dynamodb_backends[account][config().region]


class Desk:
    """WeChat's shipping management: what it was told, and what it is to refuse next."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.refusals: list[Exception] = []

    def post(self, app: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        assert (app, path) == ("mp", "wxa/sec/order/upload_shipping_info")
        if self.refusals:
            raise self.refusals.pop(0)
        self.told.append(body)
        return {}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(token, "post", made.post)
    return made


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many transactions were asked for since the last call."""
    client = aws.client("dynamodb")
    counted: list[int] = []
    real = client.transact_write_items

    def counting(**request: Any) -> Any:
        counted.append(len(request["TransactItems"]))
        return real(**request)

    monkeypatch.setattr(client, "transact_write_items", counting)

    def since() -> int:
        number = len(counted)
        counted.clear()
        return number

    return since
