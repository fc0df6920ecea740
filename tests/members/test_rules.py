"""The members' rules: what is shown, what is accepted, where one may return to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.members.rules import (
    MAX_ADDRESSES,
    Address,
    AddressUnknown,
    BadReturnAddress,
    BadUsername,
    MemberBlocked,
    MemberClosed,
    NicknameNotFine,
    NotYourPicture,
    TooManyAddresses,
    avatar_folder,
    below,
    cleaned_nickname,
    cleaned_username,
    default_nickname,
    demand_active,
    demand_own_avatar,
    demand_within,
    masked,
    masked_phone,
    status_after,
    with_address,
    without_address,
)
from tests.members.people import stranger

H5 = "https://shop.example.com/h5/"


class TestMasking:
    """N4: what others see tells nobody's name or number."""

    @pytest.mark.parametrize(("name", "shown"), [("小明同学", "小**"), ("王", "王**"), ("", "会员")])
    def test_names(self, name: str, shown: str) -> None:
        assert masked(name) == shown

    @pytest.mark.parametrize(
        ("phone", "shown"), [("13812345678", "138****5678"), ("+85212345678", "+85****5678")]
    )
    def test_phones(self, phone: str, shown: str) -> None:
        assert masked_phone(phone) == shown


class TestNickname:
    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [("  小  明 ", "小 明"), ("小\u200b明", "小明"), ("小\u202e明", "小明"), ("👩 小明", "👩 小明")],
    )
    def test_what_cannot_be_seen_is_dropped(self, given_name: str, kept: str) -> None:
        assert cleaned_nickname(given_name) == kept

    @pytest.mark.parametrize("text", ["", "   ", "\u200b\u200b", "字" * 21])
    def test_nothing_and_too_much_are_refused(self, text: str) -> None:
        with pytest.raises(NicknameNotFine):
            cleaned_nickname(text)


class TestWayBack:
    """wechat.md §6.19: after WeChat one returns to our own shop only."""

    @pytest.mark.parametrize(
        "url", [H5, H5 + "#/pages/me", H5 + "?inv=7Kd9Qx2m#/pages/product?id=1", H5 + "a/b"]
    )
    def test_addresses_of_the_shop(self, url: str) -> None:
        demand_within(H5, url)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "/h5/",
            "//shop.example.com/h5/",
            "http://shop.example.com/h5/",
            "https://evil.example.com/h5/",
            "https://shop.example.com.evil.example.com/h5/",
            "https://shop.example.com@evil.example.com/h5/",
            "https://evil.example.com#https://shop.example.com/h5/",
            "https://shop.example.com:8443/h5/",
            "https://shop.example.com/",
            "https://shop.example.com/h5evil/",
            "https://shop.example.com/h5/../console/",
            "https://shop.example.com/h5/%2e%2e/console/",
            "https://shop.example.com/h5/..%2Fconsole/",
            "https://shop.example.com\\@evil.example.com/h5/",
            "https://shop.example.com/h5/\nSet-Cookie: a=b",
            "javascript:alert(1)",
            H5 + "中文",
            H5 + "a" * 1000,
        ],
    )
    def test_all_others(self, url: str) -> None:
        with pytest.raises(BadReturnAddress):
            demand_within(H5, url)

    LOCAL = "http://127.0.0.1:8800/h5/"

    @pytest.mark.parametrize("url", [LOCAL, "http://p12.fenxiao.localhost:8800/h5/?inv=7Kd9Qx2m#/"])
    def test_each_phone_of_the_local_world_has_a_name_for_it(self, url: str) -> None:
        demand_within(self.LOCAL, url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://p1.fenxiao.localhost:9999/h5/",
            "http://p1.fenxiao.localhost:8800/console/",
            "http://evil.localhost:8800/h5/",
            "http://p1.fenxiao.localhost.evil.example.com:8800/h5/",
            "https://p1.fenxiao.localhost:8800/h5/",
        ],
    )
    def test_no_other_name(self, url: str) -> None:
        with pytest.raises(BadReturnAddress):
            demand_within(self.LOCAL, url)

    def test_such_names_count_for_nothing_elsewhere(self) -> None:
        with pytest.raises(BadReturnAddress):
            demand_within(H5, "http://p1.fenxiao.localhost:443/h5/")


class TestAvatar:
    MINE = "https://shop.example.com/media/avatars/MEME/AV01M8323B80DJSYYBJMK8CT85F4.jpg"

    def test_an_own_upload(self) -> None:
        assert avatar_folder("MEME") in self.MINE
        demand_own_avatar("https://shop.example.com", "MEME", self.MINE)

    @pytest.mark.parametrize(
        "url",
        [
            MINE.replace("MEME", "MEOTHER"),
            MINE.replace("https://shop", "https://evil"),
            MINE.replace(".jpg", ".svg"),
            MINE + "?x=1",
            MINE.replace("AV01", "../01"),
        ],
    )
    def test_anything_else(self, url: str) -> None:
        with pytest.raises(NotYourPicture):
            demand_own_avatar("https://shop.example.com", "MEME", url)


class TestPath:
    """Invariant 9: a path is at most three ids, nearest first."""

    def test_below(self) -> None:
        assert below("A", ()) == ("A",)
        assert below("A", ("B", "C")) == ("A", "B", "C")
        assert below("A", ("B", "C", "D")) == ("A", "B", "C")


def test_a_closed_account_stays_closed() -> None:
    for wanted in ("ACTIVE", "BLOCKED"):
        with pytest.raises(MemberClosed):
            status_after(replace(stranger(), status="CLOSED"), wanted)


def address(address_id: str, *, is_default: bool = False) -> Address:
    return Address(address_id, "小明", "13800138000", "广东", "深圳", "南山", "一路 1 号", is_default)


class TestAddressBook:
    """M2: at most twenty addresses, exactly one of them the default."""

    def test_the_first_is_the_default(self) -> None:
        (only,) = with_address((), address("A"))
        assert only.is_default

    def test_the_default_passes_on(self) -> None:
        book = with_address(with_address((), address("A")), address("B", is_default=True))
        assert [one.is_default for one in book] == [False, True]
        (left,) = without_address(book, "B")
        assert left.is_default

    def test_the_default_cannot_be_switched_off_alone(self) -> None:
        book = with_address((), address("A"))
        assert with_address(book, address("A", is_default=False))[0].is_default

    def test_no_more_than_twenty(self) -> None:
        book: tuple[Address, ...] = ()
        for number in range(MAX_ADDRESSES):
            book = with_address(book, address(f"A{number}"))
        with pytest.raises(TooManyAddresses):
            with_address(book, address("ONE MORE"))
        with_address(book, address("A0", is_default=True))

    def test_one_that_is_not_there(self) -> None:
        with pytest.raises(AddressUnknown):
            without_address((), "A")

    @given(
        st.lists(
            st.tuples(st.sampled_from(["put", "drop"]), st.sampled_from("ABCDEFGH"), st.booleans()),
            max_size=40,
        )
    )
    def test_always_exactly_one_default(self, steps: list[tuple[str, str, bool]]) -> None:
        book: tuple[Address, ...] = ()
        for step, address_id, is_default in steps:
            if step == "put":
                book = with_address(book, address(address_id, is_default=is_default))
            elif any(one.address_id == address_id for one in book):
                book = without_address(book, address_id)
            assert [one.is_default for one in book].count(True) == min(1, len(book))
            assert len({one.address_id for one in book}) == len(book)


def test_who_may_act_and_whose_upline_is_nearest() -> None:
    """M5: the blocked and the closed each hear their own refusal."""
    alone = stranger()
    assert (alone.upline, alone.is_active) == (None, True)
    assert replace(alone, path=("B", "A")).upline == "B"
    demand_active(alone)
    assert status_after(alone, "BLOCKED") == "BLOCKED"
    for status, refusal in (("BLOCKED", MemberBlocked), ("CLOSED", MemberClosed)):
        assert not replace(alone, status=status).is_active
        with pytest.raises(refusal):
            demand_active(replace(alone, status=status))


def test_a_new_name_tells_no_number() -> None:
    assert default_nickname("ME0123456789WXYZ") == "会员WXYZ"


@pytest.mark.parametrize("name", ["abc", "1abc", "a b c", "王小明", "x" * 21, "a-bcd"])
def test_odd_usernames_are_refused(name: str) -> None:
    with pytest.raises(BadUsername):
        cleaned_username(name)


def test_a_fine_username_is_kept_in_lower_case() -> None:
    assert cleaned_username(" Ming_01 ") == "ming_01"
