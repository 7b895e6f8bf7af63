"""What the language has and this version does not simulate: the one list to shorten when behaviour is added.

A scenario that uses such a key is refused, because a run that ignored it would answer another question.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.scenario.kinds import NOT_BUILT
from simulator.scenario.tree import Listing, Mapping, Node, Path, Scalar

KEYS: dict[str, str] = {}
"""Keys by path (`*`: any name), with the behaviour that is missing."""

VALUES: dict[str, tuple[frozenset[str], str]] = {}
"""Single values by path whose behaviour is missing while the key itself is built."""

_KEYS = {tuple(pattern.split(".")): reason for pattern, reason in KEYS.items()}
_VALUES = {tuple(pattern.split(".")): known for pattern, known in VALUES.items()}
_TOP = {pattern[0] for pattern in (*_KEYS, *_VALUES)}


def not_built(node: Node, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Paths of a tree that ask for behaviour that does not exist yet, with the message for each."""
    for pattern, reason in _KEYS.items():
        if _matches(path, pattern):
            yield path, f"{NOT_BUILT} (missing: {reason})"
            return
    if isinstance(node, Scalar):
        for pattern, (texts, reason) in _VALUES.items():
            if _matches(path, pattern) and node.text in texts:
                yield path, f"`{node.text}` {NOT_BUILT} (missing: {reason})"
    elif isinstance(node, Mapping):
        for key, value in node.entries.items():
            if path or key in _TOP:  # the rest of a scenario is large, and nothing there is on the list
                yield from not_built(value, (*path, key))
    elif isinstance(node, Listing):
        for position, value in enumerate(node.items):
            yield from not_built(value, (*path, position))


def _matches(path: Path, pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(
        expected in ("*", part) for part, expected in zip(path, pattern, strict=True)
    )
