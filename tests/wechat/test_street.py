"""The gateways against the real simulator, a peer with cryptography of its own (N3): people."""

import base64
import io

import pytest
from PIL import Image

from chalicelib.kernel.config import config
from chalicelib.wechat import codes, login, messages, official_account
from tests.wechat.fake import Reply
from tests.wechat.street import Street, pushed, wait_for


def test_sign_in_by_both_doors_is_one_person(street: Street) -> None:
    """M1: unionid joins the mini-program and the official account."""
    person = street.person()
    mine = login.identity_of_code(street.do(f"phones/{person['id']}/login", app="mp")["code"])
    h5 = login.identity_of_oauth_code(street.do(f"phones/{person['id']}/login", app="oa")["code"])
    assert (mine.appid, mine.openid) == (config().mp_appid, person["mp_openid"])
    assert (h5.appid, h5.openid) == (config().oa_appid, person["oa_openid"])
    assert mine.unionid == person["unionid"]


def test_a_code_is_good_once_and_for_five_minutes(street: Street) -> None:
    person = street.person()
    code = street.do(f"phones/{person['id']}/login", app="mp")["code"]
    login.identity_of_code(code)
    with pytest.raises(login.CodeUsed):
        login.identity_of_code(code)
    late = street.do(f"phones/{person['id']}/login", app="mp")["code"]
    street.advance(seconds=301)
    with pytest.raises(login.CodeExpired):
        login.identity_of_code(late)


def test_a_snapshot_page_is_refused(street: Street) -> None:
    person = street.person()
    street.fault("snapshot_user")
    code = street.do(f"phones/{person['id']}/login", app="oa", scope="snsapi_userinfo")["code"]
    with pytest.raises(login.SnapshotUser):
        login.identity_of_oauth_code(code)


def test_a_phone_number_is_read(street: Street) -> None:
    person = street.person()
    code = street.do(f"phones/{person['id']}/phone-code")["code"]
    assert login.phone_of_code(code) == person["phone_number"]


@pytest.mark.parametrize("fault", ["token_expired", "token_invalid"])
def test_a_rejected_token_is_renewed_on_the_way(street: Street, fault: str) -> None:
    person = street.person()
    street.fault(fault)
    code = street.do(f"phones/{person['id']}/phone-code")["code"]
    assert login.phone_of_code(code) == person["phone_number"]


def test_a_printed_code_leads_to_its_page(street: Street) -> None:
    """I1: the mini-program code carries the invite."""
    person = street.person()
    picture = codes.mini_program_code("i=7Kd9Qx2m", "pages/index/index")
    assert Image.open(io.BytesIO(picture)).width >= 280
    found = street.do(f"phones/{person['id']}/scan", image_base64=base64.b64encode(picture).decode())
    assert (found["kind"], found["scene"], found["page"]) == (
        "mini_program",
        "i=7Kd9Qx2m",
        "pages/index/index",
    )


def test_scanning_the_official_accounts_code_brings_its_scene(street: Street) -> None:
    """I4."""
    person = street.person()
    made = codes.official_account_qr("i=7Kd9Qx2m")
    street.do(f"phones/{person['id']}/scan", text=made.url)
    message = pushed(street, "subscribe")
    assert (message.scene, message.openid) == ("i=7Kd9Qx2m", person["oa_openid"])
    assert official_account.user_unionid(person["oa_openid"]) == person["unionid"]


def test_a_sealed_reply_is_shown_on_the_phone(street: Street) -> None:
    person = street.person()
    street.do(f"phones/{person['id']}/follow")
    message = pushed(street, "subscribe")
    sealed = official_account.seal_reply(official_account.text_reply(message, "欢迎来到分销商城 <3"))
    street.shop.on("/wechat/official-account", Reply(sealed, headers={"Content-Type": "text/xml"}))
    street.do(f"phones/{person['id']}/say", text="你好")
    assert pushed(street, "text").text == "你好"
    shown = wait_for(
        lambda: next(
            (
                one
                for one in street.look(f"phones/{person['id']}/messages")
                if "欢迎来到分销商城 <3" in str(one)
            ),
            None,
        )
    )
    assert shown


def test_our_address_answers_wechats_check(street: Street) -> None:
    street.do("official-account/check-url")
    seen = street.called("/wechat/official-account")[-1]
    assert official_account.echo(seen.query) == seen.query["echostr"]


def test_a_menu_is_published_and_a_wrong_one_explained(street: Street) -> None:
    official_account.create_menu([{"type": "click", "name": "推广码", "key": "MY_QR"}])
    with pytest.raises(official_account.MenuRefused):
        official_account.create_menu([{"type": "click", "name": "推广码" * 6, "key": "MY_QR"}])


def test_a_message_needs_the_members_consent_each_time(street: Street) -> None:
    person = street.person()
    values = {"thing1": "您的订单已发货，请注意查收，感谢您的支持", "amount2": "¥12.00"}
    args = (person["mp_openid"], "T1", "pages/orders/detail?id=1", values)
    assert messages.send_subscribe(*args) is False
    street.do(f"phones/{person['id']}/subscribe", template_ids=["T1"], accept=True)
    assert messages.send_subscribe(*args) is True
    assert messages.send_subscribe(*args) is False


def test_texts_are_judged(street: Street) -> None:
    person = street.person()
    street.do(f"phones/{person['id']}/login", app="mp")
    assert messages.text_is_fine(person["mp_openid"], "茶很香", 2) == "pass"
    street.fault("content_risky")
    assert messages.text_is_fine(person["mp_openid"], "茶很香", 2) == "risky"
