"""Every setting has a name and a consequence in words, and every choice a name (G3)."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

import app  # noqa: F401 - every room declares its settings
from chalicelib.admin.tell_setting import WORDS, tell_setting
from chalicelib.kernel import settings
from tests.support import api

NAMES = (Path(__file__).resolve().parents[2] / "console" / "src" / "names.ts").read_text(encoding="utf-8")
DECLARED = settings.declared()


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_each_field_of_a_setting_is_told_in_words(name: str) -> None:
    form: dict[str, Any] = TypeAdapter(DECLARED[name].kind).json_schema()
    assert WORDS[name].keys() == form["properties"].keys()
    for field in tell_setting(name, form)["properties"].values():
        assert re.search(r"[\u4e00-\u9fff]", field["title"])
        assert len(field["description"]) >= 6


def test_there_are_no_words_without_their_setting() -> None:
    assert WORDS.keys() == DECLARED.keys()


@pytest.mark.parametrize("name", sorted(DECLARED))
def test_each_choice_of_a_setting_has_a_name_in_the_console(name: str) -> None:
    form = str(TypeAdapter(DECLARED[name].kind).json_schema())
    choices = {
        one for found in re.findall(r"'enum': \[([^\]]*)\]", form) for one in re.findall(r"'(\w+)'", found)
    }
    assert {one for one in choices if not re.search(rf"\b{one}: '", NAMES)} == set()


@pytest.mark.usefixtures("world")
def test_the_form_that_staff_fill_in_has_the_words() -> None:
    form = api.get("/console/settings/withdrawals", token=api.staff_token("settings.read")).json["form"]
    assert form["properties"]["min_fen"]["title"] == "单笔最低"
