"""Sealing and signing with key rings, redaction of what must not be logged, settings with defaults."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.kernel import aws, config, crypto, errors, log, secrets, settings
from tests.conftest import Policy
from tests.support.world import Clock


def test_sealed_data_opens_only_in_its_context(world: Clock) -> None:
    """N4: personal data is bound to its member and field."""
    sealed = crypto.seal("13800138000", context="ME1:phone")
    assert "138" not in sealed
    assert crypto.unseal(sealed, context="ME1:phone") == "13800138000"
    with pytest.raises(ValueError, match="not sealed"):
        crypto.unseal(sealed, context="ME2:phone")


def test_a_rotated_ring_still_opens_what_the_old_key_made(world: Clock) -> None:
    token, sealed = crypto.sign(b"x", purpose="p"), crypto.seal("secret", context="c")
    for name in (crypto.SIGNING, crypto.DATA):
        ring = json.loads(secrets.secret(name))
        fresh = json.loads(crypto.new_ring())["keys"]["k1"]
        ring["keys"]["k2"], ring["current"] = fresh, "k2"
        aws.client("secretsmanager").put_secret_value(
            SecretId=f"fenxiao-test/{name}", SecretString=json.dumps(ring)
        )
    secrets.forget()
    assert crypto.open_signed(token, purpose="p") == b"x"
    assert crypto.unseal(sealed, context="c") == "secret"
    assert crypto.sign(b"x", purpose="p") != token


def test_a_signature_is_for_one_purpose(world: Clock) -> None:
    token = crypto.sign(b"x", purpose="access")
    assert crypto.open_signed(token, purpose="cursor") is None
    assert crypto.open_signed("garbage", purpose="access") is None


def test_secrets_and_personal_data_never_reach_the_log(world: Clock, capsys: Any) -> None:
    """wechat.md §6.14."""
    log.hide("planted-secret-value")
    log.info(
        "call",
        url="https://x/sns?secret=abc123&js_code=c0de&appid=wx1",
        session_key="k",
        nested={"openid": "oABC", "note": "打 13800138000 找我"},
        text="it said planted-secret-value here",
    )
    printed = capsys.readouterr().out
    for planted in ("abc123", "c0de", "oABC", "13800138000", "planted-secret-value"):
        assert planted not in printed
    assert "138****8000" in printed
    assert "wx1" in printed


def test_config_names_what_is_missing_outside_the_local_world() -> None:
    with pytest.raises(RuntimeError, match="FENXIAO_MCH_ID"):
        config.read({"FENXIAO_STAGE": "prod"})
    with pytest.raises(RuntimeError, match="one origin"):
        names = (
            "public_url",
            "h5_url",
            "media_bucket",
            "results_bucket",
            "mp_appid",
            "oa_appid",
            "mch_id",
            "mch_serial",
        )
        given = {f"FENXIAO_{name.upper()}": "x" for name in (*names, "pay_public_key_id", "edge_key")}
        config.read({"FENXIAO_STAGE": "prod", "FENXIAO_WEB_ORIGIN": "*", **given})


def test_every_refusal_has_a_status_and_chinese_words() -> None:
    kinds = [errors.DomainError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    assert len(kinds) > 10
    for kind in kinds:
        assert 400 <= kind.status < 600
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.title), kind
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.detail), kind


@settings.declare("test-window", "测试")
@dataclass(frozen=True)
class Window:
    """Settings of this test."""

    days: int = 7

    def check(self) -> None:
        """Days are not negative."""
        if self.days < 0:
            raise ValueError("天数不能为负")


def test_settings_have_defaults_and_stored_values_win(policies: Policy) -> None:
    assert settings.read(Window) == Window(7)
    policies["test-window"] = {"days": 15}
    assert settings.read(Window) == Window(7), "kept for ten seconds"
    settings.forget()
    assert settings.read(Window) == Window(15)


@pytest.mark.parametrize("wrong", [{"days": "7"}, {"days": 1.5}, {"day": 7}, {"days": -1}])
def test_wrong_settings_are_refused_in_words(wrong: dict[str, Any]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        settings.parse("test-window", wrong)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.detail)
