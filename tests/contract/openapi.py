"""Reads the vendored OpenAPI files of WeChat Pay into JSON schemas that allow nothing they do not name."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent / "wechat" / "openapi"
KEPT = ("type", "enum", "items", "properties", "required", "maxLength")


def response_schema(file: str, method: str) -> dict[str, Any]:
    """The schema of the successful answer of one endpoint."""
    responses = _load(file)[method]["responses"]
    answer = responses.get(200) or responses.get("200")
    return _plain(answer["schema"], file)


def request_schema(file: str, method: str) -> dict[str, Any]:
    """The schema of the body of one endpoint."""
    parameters = _load(file)[method]["parameters"]
    body = next(item for item in parameters if item.get("in") == "body")
    return _plain(body["schema"], file)


def problems(value: object, schema: dict[str, Any]) -> list[str]:
    """What is wrong with a value, as readable lines."""
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


@cache
def _load(file: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((FOLDER / file).read_text())
    return content


def _plain(schema: dict[str, Any], file: str) -> dict[str, Any]:
    """References and ``allOf`` resolved into one object that is closed to unknown properties."""
    if "$ref" in schema:
        target, _, pointer = schema["$ref"].partition("#")
        home = "definitions_" + target.rsplit("/", maxsplit=1)[-1] if target else file
        return _plain(_load(home)[pointer.strip("/")], home)
    plain: dict[str, Any] = {"properties": {}, "required": []} if schema.get("type") == "object" else {}
    for part in schema.get("allOf", []):
        _merge(plain, _plain(part, file))
    _merge(plain, {name: schema[name] for name in KEPT if name in schema}, file)
    if "properties" in plain:
        plain["type"] = "object"
        plain["additionalProperties"] = False
    return plain


def _merge(into: dict[str, Any], more: dict[str, Any], file: str | None = None) -> None:
    """Lay ``more`` over ``into``; with ``file`` its parts are still raw and are made plain first."""
    for name, value in more.items():
        if name == "properties":
            known = into.setdefault("properties", {})
            for key, child in value.items():
                fresh = _plain(child, file) if file else child
                if known.get(key, {}).get("type") == "object" == fresh.get("type"):
                    _merge(known[key], fresh)
                else:
                    known[key] = fresh
        elif name == "required":
            into["required"] = sorted({*into.get("required", []), *value})
        elif name == "items" and file:
            into["items"] = _plain(value, file)
        else:
            into[name] = value
