"""Make what is deployed, without AWS: a zip with all code, and one template (SAM) with everything.

Chalice packages the functions; then the zip is slimmed (only the AWS service models that we call, with
compiled bytecode, since a container cannot write any), and the templates of ``infra/`` are merged in.
A template that AWS would refuse stops it before anything is packed. The runtime version is that of the
Python that runs this; run it with the one you want to deploy.
"""

import argparse
import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from scripts.local import starts
from scripts.local.judge_template import as_text, judge_template
from scripts.local.tables import read_template
from scripts.local.world import ROOT

SERVICES = {"dynamodb", "s3", "secretsmanager", "sts"}
"""Whose models botocore needs in a function; ``sts`` for the role's credentials."""
COMMAND_LINE_ONLY = {
    "blessed", "chalice", "click", "editor", "inquirer", "jinxed", "pip", "pyyaml", "readchar", "runs",
    "setuptools", "wcwidth", "wheel", "xmod",
}  # fmt: skip
"""Pinned for Chalice's command line; its runtime is in every package anyway."""
SETTINGS = (
    "Stage", "PublicUrl", "WebOrigin", "H5Url", "MediaBucket", "MpAppid", "OaAppid", "MchId", "MchSerial",
    "PayPublicKeyId", "EdgeKey",
)  # fmt: skip
OWN_ARCHITECTURE = "arm64" if os.uname().machine in ("arm64", "aarch64") else "x86_64"
PARTS = ("tables", "functions", "alarms", "network", "site")
PAYS = "WithdrawalsPayOut"
"""The one function that leaves by a listed address (infra/network.yaml)."""
STREAM = {
    "StartingPosition": "TRIM_HORIZON",
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "BisectBatchOnFunctionError": True,
    "MaximumRetryAttempts": 20,
    "ParallelizationFactor": 4,
    "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}},
}
"""A record that keeps failing is set aside after twenty tries, so that it stops nobody else."""


def main() -> None:
    """Run ``./scripts/package``."""
    parser = argparse.ArgumentParser(prog="scripts/package", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build", help="where to put it (default build/)")
    parser.add_argument("--stage", default="prod", help="Chalice's stage (default prod)")
    parser.add_argument("--architecture", default="arm64", choices=("arm64", "x86_64"))
    options = parser.parse_args()
    if problems := judge_template(template(options.stage)):
        sys.exit(f"Fenxiao: AWS would refuse the template:\n{problems}")
    made = package(options.out, stage=options.stage, architecture=options.architecture)
    if options.architecture == OWN_ARCHITECTURE:
        starts.demand(made)
        print("The package starts by itself and answers.")
    print(f"{made} {made.stat().st_size / 1e6:.1f} MB")
    print(f"{options.out / 'template.json'} {(options.out / 'template.json').stat().st_size / 1e6:.2f} MB")


def package(out: Path, *, stage: str, architecture: str) -> Path:
    """Write ``deployment.zip`` and ``template.json`` into ``out``; returns the zip."""
    demand_python()
    with tempfile.TemporaryDirectory(prefix="fenxiao-package-") as folder:
        raw = _chalice(Path(folder), stage, architecture)
        out.mkdir(parents=True, exist_ok=True)
        slim(raw / "deployment.zip", out / "deployment.zip")
        whole = merged(json.loads((raw / "sam.json").read_text()))
    (out / "template.json").write_text(as_text(whole), encoding="utf-8")
    return out / "deployment.zip"


FUNCTIONS_NEED = (3, 12)
"""Before it Lambda's system is too old for Pillow, and Chalice would set out to compile it."""


def demand_python() -> None:
    """Exit under a Python whose functions could not run what we need."""
    if sys.version_info < FUNCTIONS_NEED:
        sys.exit("Fenxiao: functions need Python 3.12 or newer; run this by it, e.g. python3.13 scripts/…")


def template(stage: str = "prod") -> dict[str, Any]:
    """The whole template alone, made in seconds because no dependency is packed; for the checks."""
    with tempfile.TemporaryDirectory(prefix="fenxiao-template-") as folder:
        raw = _chalice(Path(folder), stage, "arm64", packs=False)
        return merged(json.loads((raw / "sam.json").read_text()))


def _chalice(folder: Path, stage: str, architecture: str, *, packs: bool = True) -> Path:
    """What Chalice makes of a copy that holds only what runs."""
    source = folder / "source"
    lay_out(source)
    settings = json.loads((source / ".chalice" / "config.json").read_text())
    settings["lambda_architecture"] = architecture
    (source / ".chalice" / "config.json").write_text(json.dumps(settings))
    (source / "requirements.txt").write_text("\n".join(needed() if packs else []) + "\n")
    command = [str(Path(sys.executable).parent / "chalice"), "package", "--stage", stage, str(folder / "raw")]
    region = os.environ.get("AWS_DEFAULT_REGION", "cn-north-1")
    done = subprocess.run(
        command, cwd=source, env={**os.environ, "AWS_DEFAULT_REGION": region},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        sys.exit(f"Fenxiao: chalice package failed:\n{done.stdout}{done.stderr}")
    return folder / "raw"


def lay_out(source: Path) -> None:
    """Our own code as functions run it, with the index of its doors."""
    source.mkdir()
    shutil.copy(ROOT / "app.py", source)
    for name in ("chalicelib", ".chalice"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "deploy*"))
    indexed = "from chalicelib import front_door; front_door.write_index()"
    subprocess.run(
        [sys.executable, "-c", indexed], cwd=source, env={**os.environ, "PYTHONPATH": ""}, check=True
    )


def needed() -> list[str]:
    """What a function needs of the pinned packages."""
    pinned = (ROOT / "requirements.txt").read_text().splitlines()
    return [line for line in pinned if "==" in line and line.partition("==")[0] not in COMMAND_LINE_ONLY]


def slim(source: Path, target: Path) -> None:
    """The same package with only our service models and with bytecode; equal input gives an equal file."""
    with tempfile.TemporaryDirectory(prefix="fenxiao-slim-") as name:
        folder = Path(name)
        with zipfile.ZipFile(source) as package:
            package.extractall(folder)
        for model in (folder / "botocore" / "data").iterdir():
            if model.is_dir() and model.name not in SERVICES:
                shutil.rmtree(model)
        for part in [*folder.rglob("tests"), *folder.rglob("__pycache__")]:
            shutil.rmtree(part, ignore_errors=True)
        unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(folder, quiet=2, invalidation_mode=unchecked, stripdir=str(folder))
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(str(file.relative_to(folder)), (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                package.writestr(entry, file.read_bytes())


def merged(template: dict[str, Any]) -> dict[str, Any]:
    """Chalice's template with all of ``infra/``: each part's resources, permissions, settings, streams."""
    resources = template["Resources"]
    template["Parameters"] = {}
    for name in PARTS:
        part = read_template(ROOT / "infra" / f"{name}.yaml")
        clash = resources.keys() & part["Resources"].keys()
        assert not clash, f"infra/{name}.yaml names what is named already: {clash}"
        resources |= part["Resources"]
        for kind in ("Parameters", "Conditions", "Outputs"):
            template[kind] = template.get(kind, {}) | part.get(kind, {})
    policies = read_template(ROOT / "infra" / "policies.yaml")
    streams = _streams(resources)
    for name, function in list(resources.items()):
        if function["Type"] == "AWS::Serverless::Function":
            _set_up(function["Properties"], streams)
            role = resources[function["Properties"]["Role"]["Fn::GetAtt"][0]]
            statements = policies["every"] + policies.get(name, [])
            if name.endswith("Changes"):
                statements = statements + policies["followers"]
                resources[f"{name}LateAlarm"] = _late_alarm(name)
            role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"] = statements
    resources[PAYS]["Properties"]["VpcConfig"] = {
        "SubnetIds": [{"Ref": "InnerSubnet"}],
        "SecurityGroupIds": [{"Ref": "OnlyOut"}],
    }
    return template


def _late_alarm(function: str) -> dict[str, Any]:
    """Rings when this follower is ten minutes behind its table's stream, which forgets after a day."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": f"{function} lags behind its stream.",
            "Namespace": "AWS/Lambda",
            "MetricName": "IteratorAge",
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": function}}],
            "Statistic": "Maximum",
            "Threshold": 600_000,
            "Period": 300,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "Alarms"}],
        },
    }


def _streams(resources: dict[str, Any]) -> dict[str, str]:
    """The logical name of each table with a stream, by the table's short name."""
    return {
        table["Properties"]["TableName"]["Fn::Sub"].removeprefix("fenxiao-${Stage}-"): name
        for name, table in resources.items()
        if table["Type"] == "AWS::DynamoDB::Table" and "StreamSpecification" in table["Properties"]
    }


def _set_up(function: dict[str, Any], streams: dict[str, str]) -> None:
    function["Environment"] = {"Variables": {f"FENXIAO_{_shout(name)}": {"Ref": name} for name in SETTINGS}}
    function["Environment"]["Variables"]["FENXIAO_REGION"] = {"Ref": "AWS::Region"}
    function["Environment"]["Variables"]["FENXIAO_RESULTS_BUCKET"] = {"Ref": "Results"}
    for event in function.get("Events", {}).values():
        if event["Type"] == "DynamoDB":
            table = event["Properties"]["Stream"].split("/")[1]
            event["Properties"] |= STREAM
            event["Properties"]["Stream"] = {"Fn::GetAtt": [streams[table], "StreamArn"]}


def _shout(name: str) -> str:
    """``MpAppid`` as ``MP_APPID``."""
    return "".join(f"_{one}" if one.isupper() and place else one for place, one in enumerate(name)).upper()


if __name__ == "__main__":
    main()
