"""A region has one holder; an address finds its holders in one batch of at most three keys (R13, C2)."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.distributors.rules import NotDistributor
from chalicelib.kernel import aws, clock
from chalicelib.kernel.dynamo import commit
from chalicelib.standing import store
from chalicelib.standing.hold_territory import hold_territory, release_territory
from chalicelib.standing.territory import (
    BadRegion,
    Territory,
    TerritoryMoved,
    TerritoryTaken,
    regions_of,
    territory,
)
from tests.standing.people import add_levels, distributor
from tests.support import world as support
from tests.support.world import Clock


def grant(member_id: str, *names: str, passed_on: bool = False) -> Territory:
    region, level = territory(*names)
    return hold_territory(region, level, member_id, by="ST1", reason="签约", passed_on=passed_on)


@pytest.fixture
def holders(world: Clock) -> tuple[str, str, str]:
    """One for the province, one for a city of it, one for a county of that."""
    add_levels()
    people = (distributor("MBPROV"), distributor("MBCITY"), distributor("MBCOUNTY"))
    for person, names in zip(people, (1, 2, 3), strict=True):
        grant(person, *("广东省", "深圳市", "南山区")[:names])
    return people


def test_an_address_finds_the_narrowest_first(holders: tuple[str, str, str]) -> None:
    def found(*names: str) -> list[str]:
        return [one.member_id for one in store.holders(*names)]

    assert found("广东省", "深圳市", "南山区") == ["MBCOUNTY", "MBCITY", "MBPROV"]
    assert found("广东省", "深圳市", "福田区") == ["MBCITY", "MBPROV"]
    assert found("广东省", "广州市", "天河区") == ["MBPROV"]
    assert found("湖南省", "长沙市", "岳麓区") == found("", "", "") == []
    assert found("海南省", "深圳市", "南山区") == [], "a city is one of its province only"


def test_the_look_up_is_one_batch_of_three_keys(
    holders: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The placement of an order pays one round trip for it, and nothing of the buyer is in a key."""
    client = aws.client("dynamodb")
    asked: list[dict[str, Any]] = []
    real: Callable[..., Any] = client._make_api_call

    def counting(operation: str, parameters: dict[str, Any]) -> Any:
        asked.append({"operation": operation, **parameters})
        return real(operation, parameters)

    monkeypatch.setattr(client, "_make_api_call", counting)
    store.holders("广东省", "深圳市", "南山区")
    ((call),) = asked
    assert call["operation"] == "BatchGetItem"
    (wanted,) = call["RequestItems"].values()
    keys = {next(iter(key["region"].values())) for key in wanted["Keys"]}
    assert keys == {"广东省/深圳市/南山区", "广东省/深圳市", "广东省"}


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (("广东省", "深圳市", ""), ("广东省/深圳市", "广东省")),
        (("广东省", "", "南山区"), ("广东省",)),
        ((" 广东省 ", "深圳市", "南山区"), ("广东省/深圳市/南山区", "广东省/深圳市", "广东省")),
    ],
)
def test_an_address_without_all_names(names: tuple[str, str, str], keys: tuple[str, ...]) -> None:
    assert regions_of(*names) == keys


@pytest.mark.parametrize("names", [("", "深圳市"), ("广东省", "", "南山区"), ("广东/省",), ("  ",)])
def test_a_region_that_is_none(names: tuple[str, ...]) -> None:
    with pytest.raises(BadRegion):
        territory(*names)


def test_of_two_who_grant_at_once_one_does(holders: tuple[str, str, str]) -> None:
    """Exclusive by the key; who decided on a stale holder decides again."""
    seen = store.find_territory("广东省")
    assert seen is not None
    with pytest.raises(TerritoryTaken):
        grant("MBCITY", "广东省")
    with pytest.raises(TerritoryTaken):
        commit(store.put_territory(None, seen))
    release_territory("广东省", by="ST1", reason="到期")
    again = Territory("广东省", "PROVINCE", "MBPROV", clock.now().replace(year=2027), "ST1")
    commit(store.put_territory(None, again))
    before = support.dump("territories")
    with pytest.raises(TerritoryMoved):
        commit(store.remove_territory(seen))
    with pytest.raises(TerritoryMoved):
        commit(store.put_territory(seen, seen))
    assert support.dump("territories") == before


def test_only_an_approved_distributor_holds(world: Clock) -> None:
    with pytest.raises(NotDistributor):
        grant("MBNOBODY", "广东省")
    assert support.dump("territories") == support.dump("territory-changes") == []
