"""A template that AWS would refuse is refused here, offline, and never packed (N3, design §8)."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.local import package
from scripts.local.judge_template import judge_template
from scripts.local.world import ROOT

FINE: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
    "Parameters": {"Stage": {"Type": "String"}},
    "Resources": {
        "Things": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": {"Fn::Sub": "fenxiao-${Stage}-things"},
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
            },
        },
        "Followers": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "app.app",
                "Runtime": "python3.13",
                "CodeUri": "s3://code/zip",
                "Events": {
                    "Changes": {
                        "Type": "DynamoDB",
                        "Properties": {
                            "Stream": {"Fn::GetAtt": ["Things", "StreamArn"]},
                            "StartingPosition": "TRIM_HORIZON",
                        },
                    }
                },
            },
        },
    },
}


def broken(*way: str, **values: Any) -> dict[str, Any]:
    """The fine one, with these values put where the way leads."""
    template = copy.deepcopy(FINE)
    place = template["Resources"]
    for step in way:
        place = place[step]
    place.update(values)
    return template


def test_a_fine_one_passes() -> None:
    assert judge_template(FINE) == ""


def test_a_bad_one_is_refused_by_name() -> None:
    """Unknown property, value, parameter, a missing reference: cfn-lint finds each, the translator none."""
    bad = broken("Things", "Properties", BilingMode="PAY_PER_REQUEST", BillingMode="FREE")
    bad["Resources"]["Things"]["Properties"]["TableName"] = {"Fn::Sub": "fenxiao-${Stag}-things"}
    bad["Resources"]["Followers"]["Properties"]["Role"] = {"Fn::GetAtt": ["Nobody", "Arn"]}
    told = judge_template(bad)
    assert [one for one in ("BilingMode", "FREE", "Stag", "Nobody") if one not in told] == []


def test_what_only_the_translator_refuses_is_refused() -> None:
    bad = broken("Followers", "Properties", "Events", "Changes", "Properties", BatchSizee=3)
    assert "BatchSizee" in judge_template(bad)


@pytest.mark.nightly
def test_package_stops_at_a_template_that_would_be_refused(tmp_path: Path) -> None:
    """The real script on a copy of this repository whose tables are spoilt: told by name, and not packed."""
    for name in ("app.py", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("chalicelib", ".chalice", "infra", "scripts"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "deployed")
        )
    (tmp_path / ".venv-tools").symlink_to((ROOT / ".venv-tools").resolve())
    tables = tmp_path / "infra" / "tables.yaml"
    tables.write_text(tables.read_text().replace("PAY_PER_REQUEST", "PAY_SOMETIMES"))
    done = subprocess.run(
        [sys.executable, "-m", "scripts.local.package", "--out", str(tmp_path / "build")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "AWS would refuse the template" in done.stderr, done.stderr
    assert "PAY_SOMETIMES" in done.stderr
    assert not (tmp_path / "build").exists()


@pytest.mark.parametrize(("version", "is_refused"), [((3, 11, 9), True), ((3, 12, 0), False)])
def test_a_python_whose_functions_could_not_run_packs_nothing(
    version: tuple[int, int, int], is_refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda's system under 3.11 is too old for Pillow: Chalice would compile it for an hour, and in vain."""
    monkeypatch.setattr(sys, "version_info", version)
    if is_refused:
        with pytest.raises(SystemExit, match=r"3\.12 or newer"):
            package.demand_python()
    else:
        package.demand_python()
