"""Where a request comes from: only the content network is believed (trust A6: limits and audit)."""

from dataclasses import replace

import pytest

from chalicelib.kernel import config, http

KEY = "k" * 32
VISITOR, EDGE, LIE = "203.0.113.7", "198.51.100.1", "192.0.2.9"


@pytest.fixture(autouse=True)
def behind_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    there = replace(config.config(), edge_key=KEY)
    monkeypatch.setattr(http, "config", lambda: there)


def test_behind_the_content_network_it_is_the_visitor() -> None:
    given = {"X-Edge-Key": KEY, "X-Forwarded-For": f"{LIE}, {VISITOR}, {EDGE}"}
    assert http.address(given, EDGE) == VISITOR


@pytest.mark.parametrize("key", [{}, {"x-edge-key": ""}, {"x-edge-key": KEY[1:]}, {"x-edge-key": "键"}])
def test_who_comes_straight_to_the_gateway_is_believed_in_nothing(key: dict[str, str]) -> None:
    assert http.address({**key, "x-forwarded-for": f"{LIE}, {VISITOR}"}, VISITOR) == VISITOR


def test_without_a_key_of_ours_an_empty_one_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "config", lambda: replace(config.config(), edge_key=""))
    assert http.address({"x-edge-key": "", "x-forwarded-for": f"{LIE}, {EDGE}"}, EDGE) == EDGE


def test_a_chain_too_short_to_name_a_visitor_is_not_guessed_from() -> None:
    assert http.address({"x-edge-key": KEY, "x-forwarded-for": VISITOR}, EDGE) == EDGE
