"""Pictures go straight from staff's browser into the bucket, under the signed conditions (P1)."""

import base64
import json
from dataclasses import replace

import pytest

from chalicelib.catalog import store
from chalicelib.catalog.add_product import add_product
from chalicelib.catalog.change_product import change_product
from chalicelib.catalog.check_product import is_ours
from chalicelib.catalog.offer_upload import offer_upload
from chalicelib.catalog.rules import MAX_PICTURE_BYTES, PictureType
from chalicelib.kernel.config import config
from chalicelib.kernel.errors import Invalid
from tests.catalog.shop import category, draft
from tests.support import api
from tests.support.world import A_PICTURE, Clock, upload


@pytest.mark.parametrize(
    ("content_type", "ending"), [("image/jpeg", "jpg"), ("image/png", "png"), ("image/webp", "webp")]
)
def test_an_offer_is_for_one_key_one_type_and_a_size(
    world: Clock, content_type: PictureType, ending: str
) -> None:
    offer = offer_upload(content_type)
    assert offer.fields["key"].endswith(f".{ending}")
    assert is_ours(offer.picture_url, public_url=config().public_url)
    assert offer.picture_url == f"{config().public_url}/{offer.fields['key']}"
    policy = json.loads(base64.b64decode(offer.fields["policy"]))
    assert ["content-length-range", 1, MAX_PICTURE_BYTES] in policy["conditions"]
    assert {"Content-Type": content_type} in policy["conditions"]
    assert {"key": offer.fields["key"]} in policy["conditions"]
    assert {"bucket": config().media_bucket} in policy["conditions"]
    assert offer.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_no_two_offers_share_a_key(world: Clock) -> None:
    assert offer_upload("image/png").picture_url != offer_upload("image/png").picture_url


def test_staff_get_an_offer_only_for_pictures(world: Clock) -> None:
    token = api.staff_token("catalog.edit")
    made = api.post("/console/pictures", {"content_type": "image/png"}, token=token)
    assert made.status == 201 and made.json["max_bytes"] == MAX_PICTURE_BYTES
    assert made.json["url"].startswith("https://") and "policy" in made.json["fields"]
    for wrong in ("image/svg+xml", "text/html", ""):
        assert api.post("/console/pictures", {"content_type": wrong}, token=token).status == 422


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("image/png", None),
        ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("image/png", A_PICTURE["jpg"]),
        ("image/webp", b"RIFF\x04\x00\x00\x00WAVE"),
        ("image/jpeg", b"\xff"),
    ],
)
def test_only_what_is_there_and_a_picture_is_shown(
    world: Clock, content_type: PictureType, content: bytes | None
) -> None:
    """S3: the form fixes the type's name, so the content is looked at when a product first shows it."""
    offer, shelf = offer_upload(content_type), category().category_id
    if content is not None:
        upload(offer.fields["key"], content)
    with pytest.raises(Invalid) as refused:
        add_product(draft(shelf, picture_urls=(offer.picture_url,)))
    assert set(refused.value.fields) == {"picture_urls"}
    made = add_product(draft(shelf))
    with pytest.raises(Invalid):
        change_product(replace(made, picture_urls=(*made.picture_urls, offer.picture_url)))
    upload(offer.fields["key"])
    shown = change_product(replace(made, picture_urls=(*made.picture_urls, offer.picture_url)))
    assert store.load(made.product_id).picture_urls == shown.picture_urls
