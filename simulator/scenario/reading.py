"""YAML text to a tree that knows its lines.

Scalars stay the text that was written: the kind a key declares decides how a text is read, so YAML's own guesses
(`on` as true, `1:30` as ninety, `0123` as octal) never reach a scenario.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from simulator.scenario.errors import Problem, ScenarioError
from simulator.scenario.tree import Listing, Mapping, Node, Place, Scalar

MAX_BYTES = 5_000_000
MAX_VALUES = 200_000
"""Values after aliases are written out: a few lines of nested aliases could otherwise fill the memory."""
MAX_DEPTH = 40

_NULLS = ("null", "Null", "NULL", "~")
_STANDARD_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(
    _STANDARD_TAG + kind
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)


def read_file(path: Path) -> Mapping:
    """The tree of one scenario file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _refused(str(path), 0, f"larger than {MAX_BYTES // 1_000_000} MB: not a scenario file")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _refused(str(path), 0, "there is no such file") from None
    except IsADirectoryError:
        raise _refused(str(path), 0, "is a folder; name the scenario file in it") from None
    except (OSError, ValueError) as error:
        raise _refused(str(path), 0, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    return read_text(decoded(raw, str(path)), str(path))


def decoded(raw: bytes, file: str) -> str:
    """UTF-8 text (with or without byte order mark), or an error that says how the file is written instead."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(file, 1, "is written in UTF-16; save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        if b"\x00" in raw:
            raise _refused(file, line, "is not a text file; a scenario is YAML text in UTF-8") from None
        try:
            raw.decode("cp932")
        except UnicodeDecodeError:
            raise _refused(file, line, "is not UTF-8 text; save it as UTF-8") from None
        raise _refused(file, line, "is not UTF-8 text (it looks like Shift_JIS / CP932); save it as UTF-8") from None
    if "\x00" in text:
        raise _refused(file, text.count("\n", 0, text.index("\x00")) + 1, "is not a text file (it has zero bytes)")
    return text


def read_text(text: str, file: str) -> Mapping:
    """The tree of a scenario given as text; `file` is how messages call it."""
    text = text.removeprefix("\ufeff")
    try:
        loader = yaml.SafeLoader(text)  # reads ahead, so that this alone may fail
        top = loader.get_single_node()
        loader.dispose()
    except yaml.composer.ComposerError as error:
        raise _refused(file, _line(error), _composer_message(error)) from None
    except yaml.MarkedYAMLError as error:
        raise _refused(file, _line(error), _syntax_message(error, text)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refused(file, line, f"holds a character that YAML does not allow (#x{error.character:04x})") from None
    except RecursionError:
        raise _refused(file, 0, f"is nested deeper than {MAX_DEPTH} levels") from None
    if top is None:
        raise _refused(file, 1, "is empty; start from `plansim new`")
    if not isinstance(top, yaml.MappingNode):
        raise _refused(file, top.start_mark.line + 1, "is not a scenario: the top level must be keys and values")
    conversion = _Conversion(file)
    tree = conversion.node(top, (), 0)
    if conversion.problems:
        raise ScenarioError(conversion.problems)
    if not isinstance(tree, Mapping):
        raise _refused(file, 1, "is not a scenario: the top level must be keys and values")
    return tree


class _Conversion:
    """From YAML's nodes to ours, collecting what a scenario does not allow."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._left = MAX_VALUES

    def node(self, node: yaml.Node, path: tuple[str, ...], depth: int) -> Node:
        place = Place(self.file, node.start_mark.line + 1)
        self._left -= 1
        if self._left < 0:
            raise _refused(self.file, place.line, f"holds more than {MAX_VALUES:_} values; is an alias nested?")
        if depth > MAX_DEPTH:
            raise _refused(self.file, place.line, f"is nested deeper than {MAX_DEPTH} levels")
        if node.tag not in _PLAIN_TAGS:
            name = node.tag.replace(_STANDARD_TAG, "!!")
            self._report(place.line, path, f"tags such as `{name}` are not part of the language; write the value alone")
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path, place)
        if isinstance(node, yaml.SequenceNode):
            items = [self.node(item, (*path, str(i)), depth + 1) for i, item in enumerate(node.value)]
            return Listing(tuple(items), place)
        assert isinstance(node, yaml.MappingNode)  # YAML has no fourth kind of node
        return self._mapping(node, path, place, depth)

    def _scalar(self, node: yaml.ScalarNode, path: tuple[str, ...], place: Place) -> Scalar:
        if node.style is None and node.value == "":
            self._report(place.line, path, "has no value; write one, or leave the key out")
        if node.style is None and node.value in _NULLS:
            return Scalar(None, place)
        return Scalar(node.value, place)

    def _mapping(self, node: yaml.MappingNode, path: tuple[str, ...], place: Place, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Place] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(line, path, "a key must be a name, not a list or a mapping")
                continue
            key = key_node.value
            if key == "<<" and key_node.style is None:
                self._report(
                    line,
                    path,
                    "merge keys (`<<`) are not part of the language; use `extends` or write it out",
                )
            elif key == "":
                self._report(line, path, "a name must not be empty")
            elif key in keys:
                self._report(line, (*path, key), f"is written twice, first in line {keys[key].line}; keep one")
            else:
                entries[key] = self.node(value_node, (*path, key), depth + 1)
                keys[key] = Place(self.file, line)
        return Mapping(entries, keys, place)

    def _report(self, line: int, path: tuple[str, ...], message: str) -> None:
        self.problems.append(Problem(self.file, line, ".".join(path), message))


def _refused(file: str, line: int, message: str) -> ScenarioError:
    return ScenarioError([Problem(file, line, "", message)])


def _line(error: yaml.MarkedYAMLError) -> int:
    mark = error.problem_mark or error.context_mark
    return mark.line + 1 if mark else 0


def _composer_message(error: yaml.composer.ComposerError) -> str:
    if error.problem and "another document" in error.problem:
        return "holds more than one document (`---`); a scenario is one document in one file"
    if error.problem and "undefined alias" in error.problem:
        return f"{error.problem}; an alias (`*name`) needs an anchor (`&name`) before it"
    return f"is not valid YAML: {error.problem or error.context}"


def _syntax_message(error: yaml.MarkedYAMLError, text: str) -> str:
    lines = text.splitlines()
    number = _line(error)
    if 1 <= number <= len(lines):
        line = lines[number - 1]
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return "is indented with a tab; YAML wants spaces"
    parts = [part for part in (error.context, error.problem) if part]
    return f"is not valid YAML: {', '.join(parts)}"
