"""Settings: declared, validated, versioned, in force within seconds (G3)."""

from dataclasses import dataclass

import pytest

from chalicelib.admin import store
from chalicelib.admin.change_setting import change_setting
from chalicelib.admin.rules import SettingChanged
from chalicelib.kernel import settings
from tests.support import api
from tests.support import world as support

pytestmark = pytest.mark.usefixtures("world")
PATH = "/console/settings/subscribe-messages"
TEMPLATE = {
    "kind": "order_paid",
    "template_id": "TEMPLATE_0001",
    "fields": {"amount2": "amount", "thing1": "title"},
}


def editor() -> str:
    return api.staff_token("settings.read", "settings.edit")


class TestSettings:
    def test_defaults_are_version_0(self) -> None:
        answer = api.get(PATH, token=editor())
        assert (answer.status, answer.json["version"]) == (200, 0)
        assert answer.json["values"] == {"templates": []} and answer.json["history"] == []
        assert answer.json["title"] == "订阅消息模板"
        assert "templates" in answer.json["form"]["properties"]

    def test_a_change_is_in_force_and_the_versions_stay(self) -> None:
        token = editor()
        first = api.put(PATH, {"version": 0, "values": {"templates": [TEMPLATE]}}, token=token)
        assert (first.status, first.json["version"], first.json["changed_by"]) == (200, 1, "STTEST")
        second = api.put(PATH, {"version": 1, "values": {}}, token=token)
        assert [one["version"] for one in second.json["history"]] == [2, 1]
        assert second.json["values"] == {"templates": []}
        assert second.json["history"][1]["values"] == {"templates": [TEMPLATE]}
        listed = api.get("/console/settings", token=token).json["items"]
        assert next(one for one in listed if one["name"] == "subscribe-messages")["version"] == 2

    def test_the_kernel_reads_what_is_stored(self) -> None:
        from chalicelib.content.rules import SubscribeMessages

        api.put(PATH, {"version": 0, "values": {"templates": [TEMPLATE]}}, token=editor())
        found = settings.read(SubscribeMessages).of("order_paid")
        assert found is not None and found.template_id == "TEMPLATE_0001"

    def test_of_two_editors_the_second_is_told(self) -> None:
        token = editor()
        assert api.put(PATH, {"version": 0, "values": {}}, token=token).status == 200
        late = api.put(PATH, {"version": 0, "values": {}}, token=token)
        assert (late.status, late.json["code"]) == (409, "SETTING_CHANGED")

    def test_of_two_commits_of_one_version_the_first_stays(self) -> None:
        added = change_setting("subscribe-messages", {}, version=0, by="ST1")
        with pytest.raises(SettingChanged):
            store_again(added)
        assert len(support.dump("settings")) == 1

    @pytest.mark.parametrize(
        "values",
        [
            {"nonsense": 1},
            {"templates": "x"},
            {"templates": [{**TEMPLATE, "kind": "nonsense"}]},
            {"templates": [{**TEMPLATE, "fields": {}}]},
            {"templates": [{**TEMPLATE, "fields": {"thing1": "tracking"}}]},
            {"templates": [{**TEMPLATE, "fields": {"Thing": "title"}}]},
            {"templates": [{**TEMPLATE, "template_id": "no spaces"}]},
            {"templates": [TEMPLATE, TEMPLATE]},
        ],
    )
    def test_what_does_not_fit_is_refused_in_words(self, values: dict[str, object]) -> None:
        answer = api.put(PATH, {"version": 0, "values": values}, token=editor())
        assert answer.status == 422
        assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json["detail"])
        assert support.dump("settings") == []

    def test_a_document_nobody_declared(self) -> None:
        token = editor()
        assert api.get("/console/settings/nonsense", token=token).status == 404
        assert api.put("/console/settings/nonsense", {"version": 0, "values": {}}, token=token).status == 404

    def test_readers_change_nothing(self) -> None:
        token = api.staff_token("settings.read")
        assert api.put(PATH, {"version": 0, "values": {}}, token=token).status == 403

    def test_every_document_opens_with_valid_defaults(self) -> None:
        """What the product declares passes its own check."""
        token = editor()
        for one in api.get("/console/settings", token=token).json["items"]:
            opened = api.get(f"/console/settings/{one['name']}", token=token)
            assert opened.status == 200
            settings.parse(one["name"], opened.json["values"])


def store_again(added: store.SettingVersion) -> None:
    from chalicelib.kernel.dynamo import commit

    commit(store.put_setting(added))


def test_values_are_kept_whole_so_that_new_defaults_change_no_old_version() -> None:
    @settings.declare("test-of-defaults", "测试")
    @dataclass(frozen=True)
    class Sample:
        days: int = 7
        name: str = "甲"

    try:
        change_setting("test-of-defaults", {"days": 9}, version=0, by="ST1")
        assert store.setting("test-of-defaults") == {"days": 9, "name": "甲"}
        assert settings.read(Sample) == Sample(9, "甲")
    finally:
        settings._declared.pop("test-of-defaults")
