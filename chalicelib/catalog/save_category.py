"""Staff add a category or change one (P1)."""

from dataclasses import replace

from chalicelib.catalog import store
from chalicelib.catalog.check_product import is_ours, picture_keys
from chalicelib.catalog.rules import MAX_CATEGORIES, Category, CategoryTooDeep, TooManyCategories
from chalicelib.kernel import ids
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.uploads import demand_pictures


def save_category(category: Category) -> Category:
    """The category as stored; one without an id is new.

    A category is one or two levels deep and never moves to another parent. Raises ``CategoryUnknown``,
    ``CategoryTooDeep``, ``TooManyCategories``, ``Invalid``.
    """
    picture_url = category.picture_url
    if picture_url is not None and not is_ours(picture_url, public_url=config().public_url):
        raise Invalid("请使用上传的图片。", fields={"picture_url": "请使用上传的图片"})
    present = store.load_category(category.category_id) if category.category_id else None
    if picture_url is not None and (present is None or present.picture_url != picture_url):
        demand_pictures(picture_keys([picture_url], public_url=config().public_url), field="picture_url")
    if present is not None:
        commit(store.change_category(category))
        return replace(category, parent_id=present.parent_id, uses=present.uses)
    if len(store.categories()) >= MAX_CATEGORIES:
        raise TooManyCategories()
    parent = store.load_category(category.parent_id) if category.parent_id else None
    if parent is not None and parent.parent_id is not None:
        raise CategoryTooDeep()
    made = replace(category, category_id=ids.new_id("CA"), uses=0)
    commit(store.add_category(made))
    return made
