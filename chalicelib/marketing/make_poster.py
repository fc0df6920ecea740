"""The poster of one of my codes: its product with picture and price, who recommends it, the code (I1, A4)."""

from typing import Literal

from chalicelib.catalog import store as catalog
from chalicelib.catalog.check_product import is_ours
from chalicelib.catalog.rules import Product, ProductUnknown
from chalicelib.invites import store as invites
from chalicelib.invites.draw import draw
from chalicelib.invites.rules import MiniCodeUnavailable
from chalicelib.kernel import limits
from chalicelib.kernel.config import config
from chalicelib.kernel.crypto import fingerprint
from chalicelib.kernel.limits import Limit
from chalicelib.kernel.money import yuan
from chalicelib.marketing.paint_poster import LOOK, Poster, paint_poster
from chalicelib.members import store as members
from chalicelib.members.rules import Member, avatar_folder

_PER_MEMBER = Limit("poster", times=60, minutes=60)
"""Posters painted, not shown: each costs our time (trust A6.4)."""


def make_poster(owner_id: str, code: str, kind: Literal["mini", "h5"]) -> bytes:
    """The poster, a JPEG; painted once for what stands on it, then kept under the hash of all that.

    A product off the shelf is not advertised: ``ProductUnknown``. Raises what ``draw`` raises, and
    ``TooOften``.
    """
    invite = invites.load_own_code(owner_id, code)
    owner = members.load(owner_id)
    drawn = draw(owner_id, invite.code, kind)
    product = catalog.load(invite.product_id) if invite.product_id else None
    if product is not None and not product.is_on_shelf:
        raise ProductUnknown()
    title, price = (product.title, _price(product)) if product else ("", "")
    keys = (_picture_key(product), _avatar_key(owner))
    shown = fingerprint(LOOK, owner.nickname, title, price, *keys, drawn.content.hex())
    kept = f"{posters_of(owner_id)}{shown}"
    content = invites.kept_picture(kept)
    if content is None:
        limits.take((_PER_MEMBER, owner_id))
        picture, avatar = (invites.kept_picture(key) if key else None for key in keys)
        try:
            content = paint_poster(Poster(owner.nickname, drawn.content, title, price, picture, avatar))
        except ValueError:
            raise MiniCodeUnavailable() from None  # WeChat sent something else than a picture
        invites.keep_picture(kept, content, "image/jpeg")
    return content


def posters_of(owner_id: str) -> str:
    """Where this member's posters lie; they show a name and a face, so they go with the account."""
    return f"codes/poster/{owner_id}/"


def _price(product: Product) -> str:
    """The lowest retail price, marked where there are others."""
    has_several = len({sku.price_fen for sku in product.skus}) > 1
    return yuan(product.price_fen) + (" 起" if has_several else "")


def _picture_key(product: Product | None) -> str:
    """Where the product's first picture lies in our bucket; nothing for none or another's address."""
    first = product.picture_urls[0] if product and product.picture_urls else ""
    return _key(first) if is_ours(first, public_url=config().public_url) else ""


def _avatar_key(owner: Member) -> str:
    key = _key(owner.avatar_url or "")
    return key if key.startswith(avatar_folder(owner.member_id)) else ""


def _key(url: str) -> str:
    return url.removeprefix(f"{config().public_url}/")
