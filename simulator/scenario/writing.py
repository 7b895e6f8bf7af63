"""A tree back to YAML text that reads as the same tree."""

from __future__ import annotations

import yaml

from simulator.scenario.tree import Listing, Mapping, Node

_NULL = "tag:yaml.org,2002:null"
_TEXT = "tag:yaml.org,2002:str"
_WIDTH = 110
_RESOLVER = yaml.resolver.Resolver()


def write(tree: Mapping) -> str:
    """YAML text of a tree: the values as they were written, without comments."""
    return yaml.serialize(_node(tree, 0), Dumper=yaml.SafeDumper, allow_unicode=True, width=_WIDTH)


def _node(node: Node, depth: int) -> yaml.Node:
    if isinstance(node, Mapping):
        pairs = [(_scalar(key), _node(value, depth + 1)) for key, value in node.entries.items()]
        return yaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=_short(node, depth))
    if isinstance(node, Listing):
        items = [_node(item, depth + 1) for item in node.items]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=_short(node, depth))
    return yaml.ScalarNode(_NULL, "null") if node.text is None else _scalar(node.text)


def _scalar(text: str) -> yaml.ScalarNode:
    """A text, quoted only where it would read as something else: the language decides the kind, not YAML."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    return yaml.ScalarNode(_TEXT, text, style="'") if tag == _NULL else yaml.ScalarNode(tag, text)


def _short(node: Mapping | Listing, depth: int) -> bool:
    """Whether a node fits on one line: an inner one that holds single values only."""
    children = node.entries.values() if isinstance(node, Mapping) else node.items
    return depth > 0 and not any(isinstance(child, Mapping | Listing) for child in children)
