"""The JSON Schema for editors: it knows every key, and accepts what `check` accepts."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

import pytest
import yaml

from simulator.scenario.keys.block import Block
from simulator.scenario.schema import json_schema
from tests.packaging.checkout import ROOT
from tests.scenario.texts import GOOD

FILES = [*sorted((ROOT / "scenarios").glob("*.yaml")), ROOT / "tests" / "data" / "language_example.yaml"]
SCHEMA = json_schema()


def blocks(block: type[Block] = Block) -> list[type[Block]]:
    inner = [one for child in block.__subclasses__() for one in (child, *blocks(child))]
    return [one for one in inner if one.__module__.startswith("simulator.scenario.keys")]


def properties(schema: Any) -> dict[str, Any]:
    """Properties of a definition, also where a single value may stand for it."""
    found = dict(schema.get("properties", {}))
    for option in schema.get("anyOf", ()):
        found |= properties(option)
    return found


@pytest.mark.parametrize("block", blocks(), ids=lambda block: block.__name__)
def test_every_key_of_every_block_is_in_the_schema_and_described(block):
    if block.__name__ == "Spread":  # written as Usage and as Seats, never by itself
        assert "Spread" not in SCHEMA["$defs"]
        return
    schema = SCHEMA if block.__name__ in ("ScenarioFile", "Keys") else SCHEMA["$defs"][block.__name__]
    known = properties(schema)
    for name, field in block.model_fields.items():
        assert (field.alias or name) in known
        assert field.description
    if block.model_config.get("extra") == "forbid":
        assert not any(name.endswith("_") for name in known)


def test_there_are_blocks_to_look_at():
    assert len(blocks()) >= 35


def test_the_schema_is_json_and_says_its_draft():
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_reference_leads_somewhere():
    used = set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(SCHEMA)))
    assert used <= set(SCHEMA["$defs"])
    assert len(used) > 30


def test_every_pattern_is_a_regular_expression():
    patterns = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(SCHEMA))
    assert len(patterns) > 10
    for pattern in patterns:
        re.compile(json.loads(pattern))


def values(text: str) -> Any:
    """A file as an editor reads it: dates and months stay texts."""

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: ClassVar = {
            first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
            for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    return json.loads(json.dumps(yaml.load(text, Loader)))


# held against the reference implementation, where it is installed


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_valid(validator):
    validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_accepts_what_is_shipped(validator, path):
    assert [error.message for error in validator.iter_errors(values(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("frailty: 0.6", "fraility: 0.6"),
        ("basic: 3.5% per month", "basic: 3.5%"),
        ("framing: x1.5", "framing: 1.5"),
        ("takes_effect: term_end", "takes_effect: soon"),
        ("months: 24", "months: 0"),
        ("start: 2026-04\n", ""),
    ],
)
def test_it_refuses_what_is_wrong(validator, old, new):
    assert validator.is_valid(values(GOOD))
    assert not validator.is_valid(values(GOOD.replace(old, new)))
