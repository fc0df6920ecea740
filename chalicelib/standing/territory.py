"""Territories (区域代理): one holder for each province, city or county (R13, C2). Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel.errors import Conflict, Invalid, NotFound

RegionLevel = Literal["PROVINCE", "CITY", "COUNTY"]
LEVELS: tuple[RegionLevel, ...] = ("PROVINCE", "CITY", "COUNTY")
TerritoryStep = Literal["GRANTED", "PASSED_ON", "RELEASED"]
_SEPARATOR = "/"


@dataclass(frozen=True)
class Territory:
    """Who holds a region; nothing of a buyer is in it, only the names that addresses begin with."""

    region: str
    level: RegionLevel
    member_id: str
    since: datetime
    by: str


@dataclass(frozen=True)
class TerritoryChange:
    """One line of a region's history; never edited."""

    region: str
    change_id: str
    at: datetime
    step: TerritoryStep
    member_id: str | None
    member_before: str | None
    by: str
    reason: str


class TerritoryUnknown(NotFound):
    """Nobody holds this region."""

    title = "这个区域没有代理"
    detail = "这个区域现在没有代理，请返回刷新。"


class TerritoryTaken(Conflict):
    """A region has one holder (C2)."""

    title = "这个区域已有代理"
    detail = "一个区域只能有一位代理，请先收回或转交。"


class TerritoryMoved(Conflict):
    """Another holder was set meanwhile."""

    title = "区域代理刚刚有变化"
    detail = "这个区域的代理刚刚有变化，请刷新后再试。"


class BadRegion(Invalid):
    """A name is missing, or holds what no region's name holds."""

    title = "区域不对"
    detail = "请按省、市、区县依次选择。"


def territory(province: str, city: str = "", county: str = "") -> tuple[str, RegionLevel]:
    """The key of a region and its level, e.g. ``广东省/深圳市`` and CITY. Raises ``BadRegion``."""
    names = [one.strip() for one in (province, city, county)]
    given = [one for one in names if one]
    if not given or names[: len(given)] != given or any(_SEPARATOR in one for one in given):
        raise BadRegion()
    return _SEPARATOR.join(given), LEVELS[len(given) - 1]


def regions_of(province: str, city: str, county: str) -> tuple[str, ...]:
    """The keys an address lies in, narrowest first; at most three, none for an address without names."""
    names = [one.strip() for one in (province, city, county)]
    found = [_SEPARATOR.join(names[:count]) for count in (3, 2, 1) if all(names[:count])]
    return tuple(found)
