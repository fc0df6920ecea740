"""Members' inbox, subscriptions and announcements; staff's doors to announcements (N2, G5)."""

import pytest

from chalicelib.content import store
from chalicelib.content.notify import notify
from chalicelib.content.publish_announcement import publish_announcement
from chalicelib.content.rules import AnnouncementChanged
from chalicelib.content.save_announcement import save_announcement
from chalicelib.kernel.dynamo import commit
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")
WORDS = {"title": "双十二活动", "text": "全场包邮"}


def tell(count: int, clock: Clock, member_id: str = "ME1") -> None:
    for number in range(count):
        notify(f"EV{number}", member_id, "order_paid", {"order": f"OR{number}"}, openid=None)
        clock.advance(seconds=1)


class TestInbox:
    def test_page_by_page_with_the_number_unread(self, world: Clock) -> None:
        tell(5, world)
        token = api.member_token("ME1")
        first = api.get("/shop/inbox?limit=3", token=token).json
        rest = api.get(f"/shop/inbox?limit=3&next={first['next']}", token=token).json
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 2, None)
        assert first["unread"] == 5
        assert first["items"][0]["made_at"] > rest["items"][0]["made_at"]

    def test_reading_one_twice_is_once(self, world: Clock) -> None:
        tell(2, world)
        token = api.member_token("ME1")
        notice = api.get("/shop/inbox", token=token).json["items"][0]
        for _ in range(2):
            assert api.post(f"/shop/inbox/{notice['notice_id']}/read", token=token).status == 204
            world.advance(minutes=1)
        after = api.get("/shop/inbox", token=token).json
        assert after["unread"] == 1
        assert after["items"][0]["read_at"] == "2026-11-23T02:00:02Z"

    def test_somebody_elses_is_not_there(self, world: Clock) -> None:
        """Invariant 25."""
        tell(1, world)
        (notice,) = store.notices("ME1").items
        before = support.dump("inbox")
        other = api.member_token("ME2")
        assert api.post(f"/shop/inbox/{notice.notice_id}/read", token=other).status == 404
        assert api.get("/shop/inbox", token=other).json == {"items": [], "next": None, "unread": 0}
        assert support.dump("inbox") == before

    def test_somebody_elses_cursor_is_refused(self, world: Clock) -> None:
        tell(2, world)
        cursor = api.get("/shop/inbox?limit=1", token=api.member_token("ME1")).json["next"]
        assert api.get(f"/shop/inbox?next={cursor}", token=api.member_token("ME2")).status == 400


class TestSubscriptions:
    def test_what_may_be_asked_for_and_was_accepted(self) -> None:
        held = api.staff_token("settings.edit")
        values = {
            "templates": [
                {"kind": "order_shipped", "template_id": "TEMPLATE_0001", "fields": {"thing1": "carrier"}}
            ]
        }
        api.put("/console/settings/subscribe-messages", {"version": 0, "values": values}, token=held)
        token = api.member_token("ME1")
        (asked,) = api.get("/shop/subscriptions", token=token).json["items"]
        assert asked == {
            "kind": "order_shipped",
            "title": "宝贝已发出",
            "template_id": "TEMPLATE_0001",
            "accepted": 0,
        }
        kinds = {"kinds": ["order_shipped", "order_paid", "nonsense"]}
        (accepted,) = api.post("/shop/subscriptions", kinds, token=token).json["items"]
        assert accepted["accepted"] == 1
        assert len(support.dump("subscriptions")) == 1
        assert api.post("/shop/subscriptions", {"kinds": []}, token=token).status == 422


class TestAnnouncements:
    def test_write_change_publish_withdraw(self, world: Clock) -> None:
        held = api.staff_token("content.edit")
        made = api.post("/console/announcements", WORDS, token=held)
        assert (made.status, made.json["status"]) == (201, "DRAFT")
        path = f"/console/announcements/{made.json['announcement_id']}"
        assert api.get("/shop/announcements").json["items"] == []
        assert api.put(path, {**WORDS, "text": "全场八折"}, token=held).json["text"] == "全场八折"
        world.advance(minutes=1)
        published = api.post(f"{path}/publish", token=held).json
        assert api.post(f"{path}/publish", token=held).json == published
        (seen,) = api.get("/shop/announcements").json["items"]
        assert (seen["text"], seen["published_at"]) == ("全场八折", "2026-11-23T02:01:00Z")
        assert "status" not in seen
        refused = api.put(path, WORDS, token=held)
        assert (refused.status, refused.json["code"]) == (409, "ANNOUNCEMENT_NOT_DRAFT")
        for _ in range(2):
            assert api.post(f"{path}/withdraw", token=held).json["status"] == "WITHDRAWN"
        assert api.get("/shop/announcements").json["items"] == []
        assert [one["status"] for one in api.get("/console/announcements", token=held).json["items"]] == [
            "WITHDRAWN"
        ]
        assert api.put(path, WORDS, token=held).json["text"] == "全场包邮"

    def test_last_published_first(self, world: Clock) -> None:
        made = [save_announcement(title, "x").announcement_id for title in ("一", "二", "三")]
        for one in (made[2], made[0], made[1]):
            world.advance(minutes=1)
            publish_announcement(one)
        first = api.get("/shop/announcements?limit=2").json
        rest = api.get(f"/shop/announcements?limit=2&next={first['next']}").json
        assert [one["title"] for one in first["items"] + rest["items"]] == ["二", "一", "三"]

    def test_of_two_who_edit_at_once_the_second_is_told(self) -> None:
        made = save_announcement("一", "x")
        announcement, version = store.load_announcement(made.announcement_id)
        save_announcement("二", "x", announcement_id=made.announcement_id)
        with pytest.raises(AnnouncementChanged):
            commit(store.put_announcement(announcement, version=version))

    def test_one_that_is_not_there(self) -> None:
        held = api.staff_token("content.edit")
        assert api.put("/console/announcements/AN0", WORDS, token=held).status == 404
        for verb in ("publish", "withdraw"):
            assert api.post(f"/console/announcements/AN0/{verb}", token=held).status == 404

    @pytest.mark.parametrize(
        "wrong", [{"title": ""}, {"text": " "}, {"status": "PUBLISHED"}, {"title": "长" * 41}]
    )
    def test_words_are_checked(self, wrong: dict[str, str]) -> None:
        answer = api.post("/console/announcements", {**WORDS, **wrong}, token=api.staff_token("content.edit"))
        assert answer.status == 422

    def test_only_who_may(self) -> None:
        held = api.staff_token("members.read")
        assert api.get("/console/announcements", token=held).status == 403
        assert api.post("/console/announcements", WORDS, token=held).status == 403


class TestShop:
    """G3: what the shop is called, and its customer service."""

    def test_everybody_reads_what_staff_have_set(self) -> None:
        before = api.get("/shop/profile").json
        assert before == {"name": "分销商城", "service_phone": "", "service_hours": ""}
        token = api.staff_token("settings.edit")
        values = {"name": "岩茶小铺", "service_phone": "400-800-1234", "service_hours": "每天 9:00 至 21:00"}
        assert api.put("/console/settings/shop", {"version": 0, "values": values}, token=token).status == 200
        assert api.get("/shop/profile").json == values

    @pytest.mark.parametrize(
        "wrong",
        [{"name": " "}, {"name": "长" * 21}, {"service_phone": "打给我"}, {"service_hours": "久" * 31}],
    )
    def test_what_no_page_could_show_is_refused(self, wrong: dict[str, str]) -> None:
        token = api.staff_token("settings.edit")
        answer = api.put("/console/settings/shop", {"version": 0, "values": wrong}, token=token)
        assert answer.status == 422
