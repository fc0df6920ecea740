"""infra/tables.yaml is the only definition of the tables, and every model equals it (design §4)."""

import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest
from pynamodb.indexes import GlobalSecondaryIndex, Index

from chalicelib.kernel.dynamo import Table
from scripts.local import tables

ROOT = Path(__file__).resolve().parents[1]
DEFINED = {one["TableName"]: one for one in tables.definitions("test")}


def models() -> dict[str, type[Table]]:
    found: dict[str, type[Table]] = {}
    for file in sorted((ROOT / "chalicelib").rglob("*.py")):
        if file.stem != "models" and file.parent.name != "kernel":
            continue
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass):
            if issubclass(kind, Table) and kind is not Table and kind.__module__ == name:
                found[kind.Meta.table_name] = kind
    return found


MODELS = models()


def keys_of(attributes: dict[str, Any]) -> list[dict[str, str]]:
    hashes = [one.attr_name for one in attributes.values() if one.is_hash_key]
    ranges = [one.attr_name for one in attributes.values() if one.is_range_key]
    return [{"AttributeName": name, "KeyType": "HASH"} for name in hashes] + [
        {"AttributeName": name, "KeyType": "RANGE"} for name in ranges
    ]


def schema_of(index: Any) -> list[dict[str, str]]:
    named: list[dict[str, str]] = index._get_schema()["key_schema"]
    schema = [{"AttributeName": one["AttributeName"], "KeyType": one["KeyType"]} for one in named]
    return sorted(schema, key=lambda one: one["KeyType"])


def indexes_of(model: type[Table]) -> list[type[Index[Any]]]:
    return [one for _, one in inspect.getmembers(model) if isinstance(one, GlobalSecondaryIndex)]


def test_every_table_has_one_model_and_every_model_a_table() -> None:
    assert MODELS.keys() == DEFINED.keys()


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_model_equals_table(name: str) -> None:
    model, defined = MODELS[name], DEFINED[name]
    assert keys_of(model.get_attributes()) == defined["KeySchema"]
    wanted = {one["IndexName"]: one for one in defined.get("GlobalSecondaryIndexes", [])}
    given = {one.Meta.index_name: one for one in indexes_of(model)}
    assert given.keys() == wanted.keys()
    for index_name, index in given.items():
        assert schema_of(index) == wanted[index_name]["KeySchema"], index_name
        projection = index.Meta.projection.projection_type
        assert projection == wanted[index_name]["Projection"]["ProjectionType"], index_name


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_every_table_is_kept_safe(name: str) -> None:
    """On demand, encrypted, kept when the stack goes, what holds money can be restored."""
    (resource,) = [
        one
        for one in tables.template()["Resources"].values()
        if one["Properties"]["TableName"]["Fn::Sub"].replace("${Stage}", "test") == name
    ]
    defined = resource["Properties"]
    assert defined["BillingMode"] == "PAY_PER_REQUEST"
    assert defined["SSESpecification"] == {"SSEEnabled": True}
    assert {one["AttributeType"] for one in defined["AttributeDefinitions"]} <= {"S", "N"}
    has_money = any(attribute.endswith("_fen") for attribute in MODELS[name].get_attributes())
    if has_money:
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
        assert defined["DeletionProtectionEnabled"] is True
        assert defined["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
