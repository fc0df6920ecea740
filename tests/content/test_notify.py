"""An event is told once, and nothing that goes wrong with telling harms anything else (N2)."""

import threading

import pytest

from chalicelib.content import store
from chalicelib.content.accept_messages import accept_messages
from chalicelib.content.notify import notify
from chalicelib.content.rules import KINDS, Notice, SubscribeMessages, Template
from tests.conftest import Policy
from tests.support import world as support
from tests.support.world import Clock
from tests.wechat.fake import FakeWeChat, Reply

pytestmark = pytest.mark.usefixtures("world")
SEND = "/cgi-bin/message/subscribe/send"
FACTS = {"order": "OR1", "amount": "¥1,200.00"}


def tell(event_id: str = "EV1", *, openid: str | None = "openid-1", kind: str = "order_paid") -> None:
    notify(event_id, "ME1", kind, FACTS, openid=openid, page="pages/orders/detail?id=OR1")


def inbox(member_id: str = "ME1") -> list[Notice]:
    return store.notices(member_id).items


@pytest.fixture
def template(wechat: FakeWeChat, policies: Policy) -> FakeWeChat:
    """The kind order_paid is also sent as a message, and WeChat takes it."""
    fields = {"amount2": "amount", "time3": "time"}
    policies.put(
        "subscribe-messages",
        templates=[{"kind": "order_paid", "template_id": "TEMPLATE_0001", "fields": fields}],
    )
    wechat.on(SEND, {"errcode": 0, "errmsg": "ok"})
    return wechat


@pytest.fixture(autouse=True)
def _defaults(policies: Policy) -> None:
    """No message is mapped."""


class TestInbox:
    def test_an_event_is_told_once(self) -> None:
        for _ in range(3):
            tell()
        (notice,) = inbox()
        assert (notice.title, notice.kind, notice.page) == (
            "支付成功",
            "order_paid",
            "pages/orders/detail?id=OR1",
        )
        assert "¥1,200.00" in notice.text
        assert store.unread_count("ME1") == 1

    def test_deliveries_at_once_tell_once(self) -> None:
        threads = [threading.Thread(target=tell) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(inbox()) == 1

    def test_other_events_kinds_and_members_are_others(self) -> None:
        tell("EV1")
        tell("EV2")
        tell("EV1", kind="order_received")
        notify("EV1", "ME2", "order_paid", FACTS, openid=None)
        assert (len(inbox("ME1")), len(inbox("ME2"))) == (3, 1)

    def test_newest_first(self, world: Clock) -> None:
        for number in range(3):
            tell(f"EV{number}")
            world.advance(minutes=1)
        assert [one.made_at for one in inbox()] == sorted((one.made_at for one in inbox()), reverse=True)

    def test_a_kind_that_is_not_there_is_our_bug(self) -> None:
        with pytest.raises(KeyError):
            tell(kind="nonsense")
        assert inbox() == []

    def test_replaying_changes_nothing(self) -> None:
        """Invariant 22."""
        tell()
        before = support.dump_all()
        tell()
        assert support.dump_all() == before

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_every_kind_can_be_told(self, kind: str) -> None:
        notify("EV1", "ME1", kind, {}, openid=None)
        assert [one.kind for one in inbox()] == [kind]


class TestMessage:
    def test_it_is_sent_once_with_its_values(self, template: FakeWeChat) -> None:
        tell()
        tell()
        (sent,) = template.calls(SEND)
        assert sent.json["touser"] == "openid-1" and sent.json["template_id"] == "TEMPLATE_0001"
        assert sent.json["data"] == {"amount2": {"value": "¥1200.00"}, "time3": {"value": "2026-11-23 10:00"}}
        assert sent.json["page"] == "pages/orders/detail?id=OR1"
        assert inbox()[0].message == "SENT"

    def test_without_a_template_or_an_openid_none_is_sent(self, template: FakeWeChat) -> None:
        tell(kind="order_received")
        tell(openid=None)
        assert template.calls(SEND) == []
        assert {one.message for one in inbox()} == {"NONE"}

    @pytest.mark.parametrize("errcode", [43101, 47003, 40003, 40037])
    def test_what_wechat_refuses_is_noted_and_not_tried_again(
        self, template: FakeWeChat, errcode: int
    ) -> None:
        template.on(SEND, {"errcode": errcode, "errmsg": "no"})
        tell()
        tell()
        assert inbox()[0].message == "REFUSED"
        assert len(template.calls(SEND)) == 1

    def test_an_outage_leaves_the_notice_and_a_later_delivery_sends(self, template: FakeWeChat) -> None:
        template.on(SEND, Reply(status=502), {"errcode": 0, "errmsg": "ok"})
        tell()
        assert inbox()[0].message == "WAITING"
        tell()
        assert inbox()[0].message == "SENT"

    def test_a_template_that_does_not_fit_harms_nothing(self, template: FakeWeChat, policies: Policy) -> None:
        """Staff mapped a text to an amount: the notice is there, the message is not sent."""
        fields = {"amount1": "order"}
        policies.put(
            "subscribe-messages",
            templates=[{"kind": "order_paid", "template_id": "TEMPLATE_0001", "fields": fields}],
        )
        tell()
        assert inbox()[0].message == "REFUSED"
        assert template.calls(SEND) == []


class TestAccepted:
    """A hint for the client when to ask again; WeChat has the last word."""

    def test_counted_up_and_down(self, template: FakeWeChat) -> None:
        for _ in range(2):
            accept_messages("ME1", ["order_paid", "order_paid", "order_shipped"])
        assert store.accepted("ME1") == {"order_paid": 2}
        tell("EV1")
        assert store.accepted("ME1") == {"order_paid": 1}
        for number in range(3):
            tell(f"EV{number}")
        assert store.accepted("ME1") == {"order_paid": 0}

    def test_a_refusal_empties_it(self, template: FakeWeChat) -> None:
        for _ in range(3):
            accept_messages("ME1", ["order_paid"])
        template.on(SEND, {"errcode": 43101, "errmsg": "user refuse to accept the msg"})
        tell()
        assert store.accepted("ME1") == {"order_paid": 0}


def test_the_setting_finds_a_template_by_its_kind() -> None:
    template = Template("order_paid", "TEMPLATE_0001", {"thing1": "title"})
    assert SubscribeMessages((template,)).of("order_paid") == template
    assert SubscribeMessages().of("order_paid") is None


def test_unread_notices_are_counted_up_to_a_hundred() -> None:
    """A member who never looks costs no long query."""
    for number in range(105):
        notify(f"EV{number}", "ME1", "order_received", {}, openid=None)
    assert store.unread_count("ME1") == 100
