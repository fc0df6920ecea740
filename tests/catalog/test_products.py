"""Products in their tables: edits, shelf, lists, categories, templates (P1)."""

from dataclasses import replace

import pytest

from chalicelib.catalog import store
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.change_product import change_product
from chalicelib.catalog.remove_category import remove_category
from chalicelib.catalog.remove_product import remove_product
from chalicelib.catalog.remove_template import remove_template
from chalicelib.catalog.rules import (
    MAX_CATEGORIES,
    Block,
    Category,
    CategoryInUse,
    CategoryTooDeep,
    CategoryUnknown,
    Product,
    ProductEdited,
    ProductOnShelf,
    ProductUnknown,
    Promotion,
    Sku,
    SkuForeign,
    TemplateEdited,
    TemplateInUse,
    TemplateUnknown,
    TooManyCategories,
)
from chalicelib.catalog.save_category import save_category
from chalicelib.catalog.save_template import save_template
from chalicelib.catalog.set_shelf import set_shelf
from chalicelib.catalog.words import MAX_WORDS
from chalicelib.kernel.dynamo import MAX_ITEMS, commit
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.money import Fen
from tests.catalog.shop import PICTURE, category, draft, on_shelf, template
from tests.support.world import Clock, dump, dump_all


def test_a_product_comes_back_as_it_was_given(world: Clock) -> None:
    promotion = Promotion(rates_bps=(1_000, 500))
    rich = replace(
        draft(category().category_id, "羽绒服"),
        subtitle="轻暖",
        description=(Block(text="90% 白鸭绒"), Block(picture_url=PICTURE)),
        skus=(
            Sku("", "红 M", Fen(19_900), Fen(29_900), {"gold": Fen(17_900)}, Fen(9_000), 800, promotion),
            Sku("", "红 L", Fen(20_900)),
        ),
        promotion=Promotion(takes_part=False),
        limit_per_order=2,
        sort=7,
    )
    made = add_product(rich)
    stored = store.load(made.product_id)
    assert stored == replace(made, words=stored.words)
    assert [sku.sku_id[:2] for sku in stored.skus] == ["SK", "SK"]
    assert not stored.is_on_shelf and stored.version == 1
    assert store.load_many([made.product_id, "PRNONE"]) == {made.product_id: stored}
    assert store.load_many([]) == {}


def test_pictures_move_with_the_shop(world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows keep keys of the media bucket, so another host shows the same pictures."""
    made = add_product(draft(category().category_id))
    moved = replace(store.config(), public_url="https://new.example.com")
    monkeypatch.setattr(store, "config", lambda: moved)
    assert store.load(made.product_id).picture_urls[0].startswith("https://new.example.com/media/pictures/PC")


def test_of_two_editors_the_second_is_refused_and_changes_nothing(world: Clock) -> None:
    """P1: optimistic concurrency."""
    read = add_product(draft(category().category_id))
    changed = change_product(replace(read, title="新名字"))
    assert changed.version == read.version + 1
    before = dump_all()
    with pytest.raises(ProductEdited):
        change_product(replace(read, title="别的名字"))
    assert dump_all() == before
    assert store.load(read.product_id).title == "新名字"


def test_an_edit_between_load_and_commit_is_refused(world: Clock) -> None:
    place = category()
    read = add_product(draft(place.category_id))
    change_product(replace(read, title="先到"))
    with pytest.raises(ProductEdited):
        commit(store.replace_product(read, replace(read, title="后到"), place))


def test_articles_keep_their_ids_over_edits(world: Clock) -> None:
    read = add_product(draft(category().category_id))
    kept = read.skus[0]
    changed = change_product(replace(read, skus=(replace(kept, name="红"), Sku("", "蓝", Fen(1)))))
    assert changed.skus[0].sku_id == kept.sku_id
    assert changed.skus[1].sku_id not in ("", kept.sku_id)
    with pytest.raises(SkuForeign):
        change_product(replace(changed, skus=(replace(kept, sku_id="SKFOREIGN"),)))


def test_an_edit_does_not_move_the_shelf(world: Clock) -> None:
    shown = on_shelf(category().category_id)
    assert change_product(replace(shown, title="改名", is_on_shelf=False)).is_on_shelf


def test_a_change_of_title_takes_the_old_words_away(world: Clock) -> None:
    made = add_product(draft(category().category_id, "羽绒服"))
    assert len(dump("product-words")) == 3
    change_product(replace(made, title="茶杯"))
    assert sorted(one.split("#")[0].rsplit('"', 1)[1] for one in dump("product-words")) == ["杯", "茶杯"]


def test_even_a_whole_new_title_fits_one_transaction_with_its_audit_row(world: Clock) -> None:
    """Trust A2: at most 100 items; the front door adds one."""
    first, second = ("".join(chr(0x4E00 + start + n) for n in range(60)) for start in (0, 500))
    old, new = category("甲"), category("乙")
    before = add_product(
        replace(
            draft(old.category_id, first), subtitle="甲乙丙丁", freight_template_id=template().template_id
        )
    )
    before = store.load(before.product_id)
    after = replace(
        before, title=second, category_id=new.category_id, freight_template_id=template().template_id
    )
    writes = store.replace_product(before, after, new)
    assert len(writes) == 1 + 2 * MAX_WORDS + 4 < MAX_ITEMS
    commit(writes)
    assert len(dump("product-words")) == MAX_WORDS


def test_only_off_the_shelf_a_product_can_be_deleted_with_all_its_words(world: Clock) -> None:
    place = category()
    shown = on_shelf(place.category_id)
    with pytest.raises(ProductOnShelf):
        remove_product(shown.product_id)
    off = set_shelf(shown.product_id, is_on_shelf=False, version=shown.version)
    remove_product(off.product_id)
    assert store.find(off.product_id) is None
    assert dump("product-words") == []
    with pytest.raises(ProductUnknown):
        store.load(off.product_id)
    remove_category(place.category_id)


def test_a_product_without_pictures_stays_off_the_shelf(world: Clock) -> None:
    made = add_product(draft(category().category_id, picture_urls=()))
    with pytest.raises(Invalid):
        set_shelf(made.product_id, is_on_shelf=True, version=made.version)


def test_putting_on_the_shelf_twice_is_once_but_needs_the_version_seen(world: Clock) -> None:
    made = add_product(draft(category().category_id))
    with pytest.raises(ProductEdited):
        set_shelf(made.product_id, is_on_shelf=True, version=made.version + 1)
    shown = set_shelf(made.product_id, is_on_shelf=True, version=made.version)
    assert set_shelf(made.product_id, is_on_shelf=True, version=made.version).version == shown.version


# -- lists --------------------------------------------------------------------------------------


def titles(**asked: object) -> list[str]:
    return [card.title for card in store.listed(**asked).items]


def test_lists_are_sorted_by_hand_by_time_and_by_lowest_price(world: Clock) -> None:
    """P1: sorting."""
    place = category()
    for title, sort, price_fen in (("甲", 2, 300), ("乙", 1, 99), ("丙", 3, 1_000)):
        on_shelf(place.category_id, title, sort=sort, price_fen=price_fen)
        world.advance(minutes=1)
    assert titles(order="manual") == ["乙", "甲", "丙"]
    assert titles(order="newest") == ["丙", "乙", "甲"]
    assert titles(order="price_up") == ["乙", "甲", "丙"]
    assert titles(order="price_down") == ["丙", "甲", "乙"]
    assert titles(category=place, order="price_up") == ["乙", "甲", "丙"]


def test_a_main_category_lists_all_below_it_and_a_category_only_its_own(world: Clock) -> None:
    main, other = category("服饰"), category("食品")
    coats, shoes = category("外套", main), category("鞋", main)
    for place, title in ((main, "帽子"), (coats, "羽绒服"), (shoes, "跑鞋"), (other, "茶")):
        on_shelf(place.category_id, title)
    assert set(titles(category=main)) == {"帽子", "羽绒服", "跑鞋"}
    assert titles(category=coats) == ["羽绒服"]
    assert titles(category=other) == ["茶"]
    assert len(titles()) == 4


def test_a_product_moves_between_lists_with_its_shelf_and_category(world: Clock) -> None:
    first, second = category("甲"), category("乙")
    shown = on_shelf(first.category_id, "茶")
    moved = change_product(replace(shown, category_id=second.category_id))
    assert titles(category=first) == [] and titles(category=second) == ["茶"]
    set_shelf(moved.product_id, is_on_shelf=False, version=moved.version)
    assert titles() == [] and titles(is_on_shelf=False, category=second) == ["茶"]


def test_a_list_goes_on_where_it_ended(world: Clock) -> None:
    place = category()
    for number in range(5):
        on_shelf(place.category_id, f"第{number}件", sort=number)
    first = store.listed(limit=3)
    second = store.listed(limit=3, cursor=first.next)
    assert [card.sort for card in [*first.items, *second.items]] == [0, 1, 2, 3, 4]
    assert second.next is None


# -- categories and templates -------------------------------------------------------------------


def test_categories_are_two_levels_deep_and_stay_under_their_parent(world: Clock) -> None:
    main = category("服饰", sort=2, picture_url=PICTURE)
    sub = category("外套", main, sort=1)
    with pytest.raises(CategoryTooDeep):
        category("三级", sub)
    with pytest.raises(CategoryUnknown):
        category("孤儿", Category("CANONE", "无"))
    renamed = save_category(replace(sub, name="大衣", parent_id=None))
    assert renamed.parent_id == main.category_id
    assert [(one.name, one.uses, one.picture_url) for one in store.categories()] == [
        ("大衣", 0, None),
        ("服饰", 1, PICTURE),
    ]
    with pytest.raises(CategoryUnknown):
        save_category(Category("CANONE", "无"))
    with pytest.raises(Invalid):
        category("外链", picture_url="https://elsewhere.example/x.jpg")


def test_there_are_only_so_many_categories(world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [Category(f"CA{n}", "满") for n in range(MAX_CATEGORIES)]
    monkeypatch.setattr(store, "categories", lambda: kept)
    with pytest.raises(TooManyCategories):
        category()


def test_nothing_in_use_can_be_deleted_and_what_is_free_can(world: Clock) -> None:
    main = category()
    sub, posted = category("外套", main), template()
    made = add_product(draft(sub.category_id, freight_template_id=posted.template_id))
    with pytest.raises(CategoryInUse):
        remove_category(sub.category_id)
    with pytest.raises(CategoryInUse):
        remove_category(main.category_id)
    with pytest.raises(TemplateInUse):
        remove_template(posted.template_id)
    change_product(replace(made, category_id=main.category_id, freight_template_id=None))
    remove_template(posted.template_id)
    remove_category(sub.category_id)
    assert [one.uses for one in store.categories()] == [1]
    assert store.freight_templates([posted.template_id]) == {}
    with pytest.raises(TemplateUnknown):
        remove_template(posted.template_id)


def test_a_product_needs_a_category_and_a_template_that_are_there(world: Clock) -> None:
    place = category()
    with pytest.raises(CategoryUnknown):
        add_product(draft("CANONE"))
    with pytest.raises(TemplateUnknown):
        add_product(draft(place.category_id, freight_template_id="FTNONE"))
    assert dump("products") == [] and store.categories()[0].uses == 0


def test_a_category_that_is_deleted_while_a_product_moves_in_refuses_it(world: Clock) -> None:
    place = category()
    made = Product(**{**vars(draft(place.category_id)), "product_id": "PR1"})
    remove_category(place.category_id)
    with pytest.raises(CategoryUnknown):
        commit(store.add_product(made, place))


def test_of_two_editors_of_a_template_the_second_is_refused(world: Clock) -> None:
    read = template(no_delivery=("台湾省",))
    changed = save_template(replace(read, name="新"))
    assert store.freight_templates([read.template_id]) == {read.template_id: changed}
    assert [one.name for one in store.all_freight_templates()] == ["新"]
    with pytest.raises(TemplateEdited):
        save_template(replace(read, name="旧"))
    with pytest.raises(TemplateUnknown):
        save_template(replace(read, template_id="FTNONE"))


def test_an_edit_of_a_template_keeps_its_uses(world: Clock) -> None:
    read = template()
    add_product(draft(category().category_id, freight_template_id=read.template_id))
    assert save_template(replace(read, name="新")).uses == 1
    with pytest.raises(TemplateInUse):
        remove_template(read.template_id)


def test_an_edit_of_a_template_loses_no_use_that_comes_between(world: Clock) -> None:
    read = template()
    add_product(draft(category().category_id, freight_template_id=read.template_id))
    with pytest.raises(TemplateEdited):
        commit(store.replace_freight_template(read, replace(read, name="新")))
    assert store.load_freight_template(read.template_id).uses == 1
