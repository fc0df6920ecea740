"""Create the tables of infra/tables.yaml on an engine. The template is the only definition of them."""

import functools
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "infra" / "tables.yaml"
_CREATED = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "StreamSpecification",
)


def create(client: Any, stage: str = "test") -> list[str]:
    """Create every table that is not there yet; returns the names of those made."""
    made = []
    there = _existing(client)
    for properties in definitions(stage):
        name = properties["TableName"]
        if name in there:
            continue
        wanted = {key: properties[key] for key in _CREATED if key in properties}
        if "StreamSpecification" in wanted:
            wanted["StreamSpecification"] = {"StreamEnabled": True, **wanted["StreamSpecification"]}
        client.create_table(TableName=name, **wanted)
        made.append(name)
    for name in made:
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    return made


def definitions(stage: str = "test") -> list[dict[str, Any]]:
    """The properties of every table, with the stage filled in."""
    found = []
    for resource in template()["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            properties = dict(resource["Properties"])
            properties["TableName"] = properties["TableName"]["Fn::Sub"].replace("${Stage}", stage)
            found.append(properties)
    return found


def short_names() -> list[str]:
    """Every table's name without its stage."""
    return [properties["TableName"].removeprefix("fenxiao-test-") for properties in definitions("test")]


@functools.cache
def template() -> dict[str, Any]:
    """The CloudFormation template, its short intrinsic tags read as their long form."""
    return read_template(TEMPLATE)


def read_template(path: Path) -> dict[str, Any]:
    """Any CloudFormation template in YAML."""
    with path.open(encoding="utf-8") as file:
        loaded: dict[str, Any] = yaml.load(file, _Loader)
    return loaded


class _Loader(yaml.SafeLoader):
    """Knows ``!Sub``, ``!Ref``, ``!GetAtt`` and their kin."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def _existing(client: Any) -> set[str]:
    names: set[str] = set()
    for answer in client.get_paginator("list_tables").paginate():
        names.update(answer["TableNames"])
    return names
