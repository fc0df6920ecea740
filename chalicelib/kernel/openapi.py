"""The contract as OpenAPI 3.1, made from the doors themselves, and a page to browse it."""

import html
import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.kernel.auth import anyone, refusals_of
from chalicelib.kernel.errors import BadRequest, DomainError, Invalid, TooLarge
from chalicelib.kernel.http import Ask, Door, Doors, Paging, Reply
from chalicelib.kernel.paging import BadCursor

PROBLEM = {
    "type": "object",
    "required": ["type", "code", "status", "title", "detail", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "code": {"type": "string", "description": "What clients branch on, e.g. OUT_OF_STOCK."},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string", "description": "A Chinese sentence to show."},
        "request_id": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def document(doors: Sequence[Door]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these doors."""
    models: set[type[BaseModel]] = {
        model for door in doors for model in (door.body, door.returns, door.refusal) if _is_model(model)
    }
    ordered = sorted(models, key=lambda model: model.__name__)
    names, schemas = models_json_schema(
        [(model, "serialization" if _is_answer(model, doors) else "validation") for model in ordered],
        ref_template="#/components/schemas/{model}",
    )
    references = {model: reference for (model, _), reference in names.items()}
    paths: dict[str, dict[str, Any]] = {}
    for door in sorted(doors, key=lambda one: (one.path, one.method)):
        paths.setdefault(door.path, {})[door.method.lower()] = _operation(door, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Fenxiao", "version": "1", "description": "Money is integer fen everywhere."},
        "paths": paths,
        "components": {
            "schemas": {**dict(sorted(schemas.get("$defs", {}).items())), "Problem": PROBLEM},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def doors(others: Callable[[], Sequence[Door]]) -> Doors:
    """The doors that show the contract of the ``others``, asked for when it is, and that the API is alive."""
    own = Doors("")
    kept: dict[str, Any] = {}

    def contract() -> dict[str, Any]:
        if not kept:
            kept.update(document([*others(), *own.all]))
        return kept

    @own.get("/openapi.json", who=anyone, returns=dict[str, Any])
    def read_contract(ask: Ask[Any]) -> Reply:
        """This contract."""
        text = json.dumps(contract(), ensure_ascii=False)
        return Reply(
            text,
            headers={"Content-Type": "application/json; charset=utf-8", "Cache-Control": "max-age=300"},
        )

    @own.get("/docs", who=anyone, returns=str, produces="text/html")
    def browse_contract(ask: Ask[Any]) -> Reply:
        """This contract as a page."""
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        }
        return Reply(browsable(contract()), headers=headers)

    @own.get("/health", who=anyone, returns=dict[str, str])
    def health(ask: Ask[Any]) -> dict[str, str]:
        """The API answers."""
        return {"status": "ok"}

    return own


def browsable(contract: dict[str, Any]) -> str:
    """The contract as one page without scripts."""
    parts = []
    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            detail = html.escape(json.dumps(operation, ensure_ascii=False, indent=1))
            parts.append(
                f"<details><summary><b class={method}>{method.upper()}</b> <code>{html.escape(path)}</code> "
                f"{html.escape(operation['summary'])} <i>{operation['x-who']}</i></summary>"
                f"<pre>{detail}</pre></details>"
            )
    for name, schema in contract["components"]["schemas"].items():
        detail = html.escape(json.dumps(schema, ensure_ascii=False, indent=1))
        parts.append(
            f"<details id='{name}'><summary><code>{name}</code></summary><pre>{detail}</pre></details>"
        )
    return _PAGE.format(style=_STYLE, parts="".join(parts))


_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Fenxiao API</title><style>{style}</style><h1>Fenxiao API</h1>{parts}</html>"
)
_STYLE = (
    "body{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2329}"
    "details{border-bottom:1px solid #e5e6eb;padding:.4rem 0}summary{cursor:pointer}"
    "b{display:inline-block;width:4.5rem;color:#07804a}b.post{color:#1456c0}b.delete{color:#c0392b}"
    "i{color:#86909c;font-style:normal;float:right}pre{background:#f7f8fa;padding:1rem;overflow:auto}"
)


def _operation(door: Door, references: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{door.method.lower()}_{re.sub(r'[^A-Za-z0-9]+', '_', door.path).strip('_')}",
        "summary": door.summary,
        "tags": [door.path.split("/")[1] or "api"],
        "x-who": door.who.name,
        "parameters": _parameters(door),
        "responses": _responses(door, references),
    }
    if door.who.kind in ("member", "staff"):
        operation["security"] = [{"bearer": []}]
    if door.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": references[door.body]}},
        }
    return operation


def _parameters(door: Door) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        }
        for name in re.findall(r"{(\w+)}", door.path)
    ]
    if door.query is not None:
        schema = door.query.model_json_schema()
        required = schema.get("required", [])
        for name, part in schema["properties"].items():
            found.append({"name": name, "in": "query", "required": name in required, "schema": part})
    if door.takes_key:
        pattern = {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": pattern})
    return found


def _responses(door: Door, references: dict[Any, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {str(door.status): {"description": "Done."}}
    if door.status != 204:
        if _is_model(door.returns):
            schema = references[door.returns]
        else:
            schema = {"type": "object"} if door.produces == "application/json" else {"type": "string"}
        answers[str(door.status)]["content"] = {door.produces: {"schema": schema}}
    for status, codes in sorted(refusals(door).items()):
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if door.refusal is not None:
            content["application/json"] = {"schema": references[door.refusal]}
        answers[str(status)] = {"description": ", ".join(sorted(codes)), "content": content}
    return answers


def refusals(door: Door) -> dict[int, set[str]]:
    """The codes that this door refuses with, by status."""
    kinds: set[type[DomainError]] = set(door.errors)
    if "{" in door.path or door.body is not None or door.takes_key or door.query is not None:
        kinds.add(BadRequest)
    if door.body is not None or door.query is not None:
        kinds.add(Invalid)
    if door.method != "GET":
        kinds.add(TooLarge)
    if door.query is not None and issubclass(door.query, Paging):
        kinds.add(BadCursor)
    kinds |= set(refusals_of(door.who))
    found: dict[int, set[str]] = {}
    for kind in kinds:
        found.setdefault(kind.status, set()).add(kind.code())
    return found


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_answer(model: Any, doors: Sequence[Door]) -> bool:
    return all(door.body is not model for door in doors)
