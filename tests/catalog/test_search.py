"""Search finds by every word, without a scan, in pages (P1)."""

import pytest

from chalicelib.catalog import search as room
from chalicelib.catalog import store
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.search import search
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.paging import BadCursor
from tests.catalog.shop import category, draft, on_shelf
from tests.support import world as support
from tests.support.world import Clock


def found(query: str, **more: object) -> list[str]:
    return [card.title for card in search(query, limit=20, **more).items]


def test_every_word_must_be_found_newest_first(world: Clock) -> None:
    place = category().category_id
    for title in ("男士羽绒服", "女士羽绒服 Nike", "女士卫衣 Nike", "羽毛球"):
        on_shelf(place, title)
        world.advance(seconds=1)
    assert found("羽绒服") == ["女士羽绒服 Nike", "男士羽绒服"]
    assert found("nike 女士") == ["女士卫衣 Nike", "女士羽绒服 Nike"]
    assert found("女士羽绒") == ["女士羽绒服 Nike"]
    assert found("NIKE 羽绒 男士") == []
    assert found("羽") == ["羽毛球", "女士羽绒服 Nike", "男士羽绒服"]
    assert found("服") == ["女士羽绒服 Nike", "男士羽绒服"]
    assert found("羽 nike") == ["女士羽绒服 Nike"]
    assert found("？！") == []


def test_the_subtitle_is_searched_too(world: Clock) -> None:
    on_shelf(category().category_id, "羽绒服", subtitle="今冬新款")
    assert found("新款") == ["羽绒服"]


def test_shoppers_find_only_what_is_on_the_shelf_and_staff_find_all(world: Clock) -> None:
    place = category().category_id
    on_shelf(place, "绿茶")
    add_product(draft(place, "红茶"))
    assert found("茶") == ["绿茶"]
    assert sorted(found("茶", only_on_shelf=False)) == ["红茶", "绿茶"]


def many(count: int, title: str, *, place: str, start: int = 0) -> None:
    """Products straight into the tables, with ids in order."""
    at = store.load_category(place)
    for number in range(start, start + count):
        product = draft(place, title, product_id=f"PR{number:026d}", is_on_shelf=True)
        commit(store.add_product(product, at))


def test_pages_follow_each_other_without_gap_or_repetition(world: Clock) -> None:
    place = category().category_id
    many(7, "绿茶", place=place)
    ids, cursor = [], None
    for _ in range(4):
        page = search("绿茶", limit=3, cursor=cursor)
        ids += [card.product_id for card in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert ids == [f"PR{number:026d}" for number in range(6, -1, -1)]


def test_lists_leap_over_each_other_across_blocks(world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two words, each in many products, share only the oldest one."""
    monkeypatch.setattr(room, "_BLOCK", 4)
    place = category().category_id
    many(1, "绿茶 tea", place=place)
    many(9, "绿茶", place=place, start=1)
    many(9, "tea", place=place, start=10)
    assert [card.product_id for card in search("绿茶 tea", limit=5).items] == [f"PR{0:026d}"]


def test_a_request_reads_only_so_much_and_the_next_goes_on(
    world: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N5: bounded whatever the shop's size; nothing is lost by the bound."""
    monkeypatch.setattr(room, "_BLOCK", 2)
    monkeypatch.setattr(room, "_MAX_READS", 4)
    place = category().category_id
    many(1, "绿茶 tea", place=place)
    for number in range(1, 12, 2):
        many(1, "绿茶", place=place, start=number)
        many(1, "tea", place=place, start=number + 1)
    ids, cursor, pages = [], None, 0
    while True:
        page = search("绿茶 tea", limit=5, cursor=cursor)
        ids, cursor, pages = ids + [card.product_id for card in page.items], page.next, pages + 1
        if cursor is None:
            break
    assert ids == [f"PR{0:026d}"]
    assert pages > 1


def test_search_scans_no_table(world: Clock) -> None:
    """N5: queries and batch reads only."""
    on_shelf(category().category_id, "羽绒服")
    called: list[str] = []
    support.faults.append(lambda event, request: called.append(str(request.headers.get("X-Amz-Target"))))
    assert found("羽绒服") == ["羽绒服"]
    assert called and not [one for one in called if "Scan" in one]


def test_a_cursor_of_another_search_is_refused(world: Clock) -> None:
    place = category().category_id
    many(3, "绿茶", place=place)
    cursor = search("绿茶", limit=1).next
    assert cursor is not None
    for query, given in (("绿", cursor), ("绿茶", cursor + "x")):
        with pytest.raises(BadCursor):
            search(query, limit=1, cursor=given)
