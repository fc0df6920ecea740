"""Every metric that the code counts has an alarm, every alarm a metric, and each its words in the manual."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.kernel import log
from scripts.local.tables import read_template

ROOT = Path(__file__).resolve().parents[1]
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
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert not [name for name in OURS if f"| `{name}` |" not in manual]


def test_a_metric_is_counted_with_and_without_its_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    log.count("bug", door="/shop/orders")
    log.count("lot_failed")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[], ["door"]]
    assert first["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "fenxiao-test"
    assert second["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [[]]
