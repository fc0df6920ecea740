"""The manual is true: alarms are the metrics that exist; doors, commands and jobs that it names are there."""

import ast
import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib import front_door
from chalicelib.kernel import log
from scripts.local.rotate import retired, rotated
from scripts.local.tables import read_template

ROOT = Path(__file__).resolve().parents[1]
MANUAL = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ALARMS = read_template(ROOT / "infra" / "alarms.yaml")["Resources"]
OURS: dict[str, Any] = {
    alarm["Properties"]["MetricName"]: alarm["Properties"]
    for alarm in ALARMS.values()
    if alarm["Type"] == "AWS::CloudWatch::Alarm" and alarm["Properties"]["Namespace"] != "AWS/SQS"
}


def counted() -> set[str]:
    """The first argument of every ``log.count`` in the product."""
    found = set()
    for file in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            is_count = isinstance(node, ast.Call) and ast.unparse(node.func) == "log.count"
            if is_count:
                assert isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant), file
                found.add(str(node.args[0].value))
    return found


def test_alarms_are_the_metrics_that_exist() -> None:
    assert set(OURS) == counted()


def test_each_alarm_tells_somebody_and_says_why() -> None:
    for name, alarm in OURS.items():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}], name
        assert alarm["AlarmDescription"].endswith("."), name
        assert alarm["Namespace"] == {"Fn::Sub": "fenxiao-${Stage}"}


def test_the_manual_says_what_to_do_for_each() -> None:
    assert not [name for name in OURS if f"| `{name}` |" not in MANUAL]


def test_every_door_that_the_manual_names_is_there() -> None:
    there = {f"{door.method} {door.path}" for door in front_door.all_doors()}
    named = re.findall(r"`((?:GET|POST|PUT) /console[^`?]*)", MANUAL)
    assert len(named) > 15
    assert not [door for door in named if door not in there]


def test_every_command_and_job_that_the_manual_names_is_there() -> None:
    commands = set(re.findall(r"\./(scripts/[a-z-]+)", MANUAL))
    assert commands
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)
    jobs = {job.name for job in front_door.scheduled()}
    rooms = "|".join(sorted({name.partition("_")[0] for name in jobs}))
    named = set(re.findall(rf"`((?:{rooms})_[a-z_]+)`", MANUAL)) - set(OURS)
    assert named == jobs, "each schedule is told, and none that is gone"


def test_a_rotated_ring_signs_with_the_new_key_and_keeps_every_old_one() -> None:
    ring = json.dumps({"current": "k9", "keys": {"k9": "b2xk", "k1": "b2xkZXI="}})
    held = json.loads(rotated(ring))
    assert held["current"] == "k10"
    assert {"k1": "b2xkZXI=", "k9": "b2xk"}.items() <= held["keys"].items()
    assert len(base64.b64decode(held["keys"]["k10"])) == 32


def test_only_an_old_key_is_retired() -> None:
    ring = rotated(json.dumps({"current": "k1", "keys": {"k1": "b2xk"}}))
    assert json.loads(retired(ring, "k1")).keys() == {"current", "keys"}
    assert json.loads(retired(ring, "k1"))["keys"].keys() == {"k2"}
    for wrong in ("k2", "k9"):
        with pytest.raises(SystemExit, match=wrong):
            retired(ring, wrong)


def test_a_metric_is_counted_with_and_without_its_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    log.count("bug", door="/shop/orders")
    log.count("lot_failed")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[], ["door"]]
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "fenxiao-test"
    assert second["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
