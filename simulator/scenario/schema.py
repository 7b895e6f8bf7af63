"""The language as a JSON Schema, for editors that complete keys and mark mistakes while a team writes.

The schema knows keys and the shape of values. What a schema cannot say (names that must exist, shares that make
100 %, keys a what-if may leave out) is left to `plansim check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from simulator.scenario.keys.block import Block
from simulator.scenario.keys.catalogue import ScenarioFile
from simulator.scenario.keys.offers import MOMENTS
from simulator.scenario.kinds import RANGED

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_REQUIRED = ("currency", "start", "months", "plans", "segments")
_SENTENCES: dict[str, dict[str, Any]] = {
    "When": {"enum": list(MOMENTS)},
    "To": {"type": "string", "description": "next_plan, or the name of a plan, add-on or bundle"},
    "Returns": {
        "type": "string",
        "pattern": r"^.+\s+within\s+.+$",
        "description": "20% within 12 months",
        RANGED: True,
    },
}
"""Blocks that a single value can stand for without being one of their keys."""

_VALUE = {"type": ["string", "number"]}


def _form(required: tuple[str, ...], **values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": values, "required": list(required), "additionalProperties": False}


_RANGE: dict[str, Any] = {
    "description": "an uncertain number: one draw for each pair of replications",
    "anyOf": [
        _form(("low", "likely", "high"), low=_VALUE, likely=_VALUE, high=_VALUE),
        _form(("mean", "sd"), mean=_VALUE, sd=_VALUE, law={"enum": ["normal", "beta", "lognormal"]}),
        _form(("samples",), samples={"type": "array", "items": _VALUE, "minItems": 2}),
        _form(("alpha", "beta"), alpha=_VALUE, beta=_VALUE),
    ],
}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file, what-ifs and short forms included."""
    schema = deepcopy(ScenarioFile.model_json_schema())  # it shares parts with the annotations
    shorts = {block.__name__: block.short for block in _blocks(Block) if block.short}
    for name, block in schema["$defs"].items():
        if "properties" not in block:
            continue
        single = deepcopy(_SENTENCES.get(name))
        if name in shorts:
            single = block["properties"][shorts[name]]
        if single is not None:
            whole = dict(block)
            block.clear()
            block["anyOf"] = [single, whole]
    for part in _parts(schema):
        _loosen(part)
        _with_range(part)
    schema["$defs"]["Range"] = _RANGE
    schema.pop("required", None)
    return {
        "$schema": DRAFT,
        "title": "plansim scenario",
        **{key: value for key, value in schema.items() if key != "title"},
        # a what-if states only what differs
        "anyOf": [{"required": ["extends"]}, {"required": list(_REQUIRED)}],
    }


def _loosen(schema: dict[str, Any]) -> None:
    """Take out what holds for values that have been read, not for values as they are written."""
    for name in ("title", "default", "propertyNames", "discriminator"):
        if not isinstance(schema.get(name), dict) or name in ("propertyNames", "default", "discriminator"):
            schema.pop(name, None)
    schema.pop("required", None)
    for key, value in schema.get("properties", {}).items():
        schema["properties"][key] = _or_null(value)
    if isinstance(schema.get("additionalProperties"), dict):
        schema["additionalProperties"] = _or_null(schema["additionalProperties"])


def _with_range(schema: dict[str, Any]) -> None:
    """Let a range stand for the value, where one may."""
    if schema.pop(RANGED, False):
        single = dict(schema)
        schema.clear()
        schema["anyOf"] = [single, {"$ref": "#/$defs/Range"}]
        if "description" in single:
            schema["description"] = single["description"]


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`null` takes an entry out in a what-if."""
    if {"type": "null"} in schema.get("anyOf", ()):
        return schema
    description = schema.get("description")
    either: dict[str, Any] = {"anyOf": [schema, {"type": "null"}]}
    return {"description": description, **either} if description else either


def _parts(schema: Any, named: bool = False) -> Iterator[dict[str, Any]]:
    """Every schema inside a schema, innermost first; what stands under `properties` is names, not a schema."""
    if isinstance(schema, dict):
        for key, value in list(schema.items()):
            yield from _parts(value, named=not named and key in ("properties", "$defs", "patternProperties"))
        if not named:
            yield schema
    elif isinstance(schema, list):
        for item in schema:
            yield from _parts(item)


def _blocks(block: type[Block]) -> Iterator[type[Block]]:
    for inner in block.__subclasses__():
        yield inner
        yield from _blocks(inner)
