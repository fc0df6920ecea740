"""What the functions' permissions let nobody do, whatever the code says (N1, invariants 2 and 24)."""

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from scripts.local.tables import read_template, short_names

ROOT = Path(__file__).resolve().parents[2]
POLICIES: dict[str, list[dict[str, Any]]] = read_template(ROOT / "infra" / "policies.yaml")
HOLDERS = {
    "any": POLICIES["every"],
    **{name: POLICIES["every"] + own for name, own in POLICIES.items() if name != "every"},
}
KEPT = ("journal", "audit", "audit-chain", "agreements", "agreement-signatures")
"""Tables whose rows are put and read, and nothing else."""
EDITING = [
    "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate", "PartiQLDelete", "PartiQLInsert",
    "DeleteTable", "UpdateTable", "UpdateTimeToLive", "UpdateContinuousBackups",
    "RestoreTableToPointInTime", "RestoreTableFromBackup", "ImportTable", "PutResourcePolicy",
]  # fmt: skip
"""All by which a row that is there could change or go."""


def arn(table: str) -> str:
    return f"arn:aws-cn:dynamodb:cn-north-1:123456789012:table/fenxiao-prod-{table}"


def may(statements: list[dict[str, Any]], action: str, resource: str) -> bool:
    """As IAM judges: allowed by one statement, and denied by none."""
    effects = [
        one["Effect"]
        for one in statements
        if any(fnmatchcase(action, pattern) for pattern in _several(one["Action"]))
        and any(fnmatchcase(resource, _filled(pattern)) for pattern in _several(one["Resource"]))
    ]
    return "Allow" in effects and "Deny" not in effects


def _several(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _filled(resource: Any) -> str:
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        return "arn:aws-cn:sqs:cn-north-1:123456789012:some-queue"
    filled = (
        resource["Fn::Sub"].replace("${AWS::Partition}", "aws-cn").replace("${AWS::Region}", "cn-north-1")
    )
    filled = filled.replace("${AWS::AccountId}", "123456789012").replace("${Stage}", "prod")
    return re.sub(r"\$\{\w+(\.Arn)?\}", "some-bucket", filled)


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("table", KEPT)
def test_no_function_edits_or_deletes_what_is_kept(holder: str, table: str) -> None:
    statements = HOLDERS[holder]
    assert not [one for one in EDITING if may(statements, f"dynamodb:{one}", arn(table))]
    for reading in ("PutItem", "GetItem", "Query"):
        assert may(statements, f"dynamodb:{reading}", arn(table))


@pytest.mark.parametrize("table", sorted(set(short_names()) - set(KEPT)))
def test_every_other_table_can_be_worked_with(table: str) -> None:
    for action in ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem", "Query"):
        assert may(POLICIES["every"], f"dynamodb:{action}", arn(table))
    assert may(POLICIES["every"], "dynamodb:Query", f"{arn(table)}/index/any")


@pytest.mark.parametrize("holder", HOLDERS)
def test_nobody_scans_or_reaches_another_stage(holder: str) -> None:
    statements = HOLDERS[holder]
    assert not may(statements, "dynamodb:Scan", arn("wallets"))
    assert not may(statements, "dynamodb:GetItem", arn("wallets").replace("-prod-", "-test-"))
    other = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:fenxiao-test/signing-keys"
    assert not may(statements, "secretsmanager:GetSecretValue", other)
    assert not may(statements, "secretsmanager:PutSecretValue", other.replace("test", "prod"))
    assert not any("*" in one["Action"] for one in statements)
