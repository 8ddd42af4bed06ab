"""YAML to plain values that remember their lines: pure, and closed to everything a course file has no use for.

Refused with a line number: tags (so no Python objects), anchors and aliases (so no bombs), a key used twice,
more than one document, nesting deeper than DEEPEST, files longer than LONGEST. Of plain words only true, false,
null and numbers are special: `no`, `on` and `n` are what they look like, text.
"""

import re
from dataclasses import dataclass

import yaml

LONGEST = 500_000  # bytes of one file
DEEPEST = 12

type Value = str | int | float | bool | list[Node] | dict[str, Node] | None

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"[-+]?\d{1,15}$")
_DECIMAL = re.compile(r"[-+]?\d{1,15}\.\d{1,15}(e[-+]?\d{1,2})?$")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line it stands on, counted from 1."""

    value: Value
    line: int


class YamlFault(ValueError):
    """What a YAML file may not hold, and where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read_yaml(source: bytes) -> Node:
    """The one document of a file. Raises: YamlFault."""
    if len(source) > LONGEST:
        raise YamlFault(f"the file has {len(source)} bytes; at most {LONGEST} are read", 1)
    try:
        return _Builder().build(yaml.parse(source.decode("utf-8"), Loader=_LOADER))
    except UnicodeDecodeError as error:
        raise YamlFault("the file is not UTF-8 text", source[: error.start].count(b"\n") + 1) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlFault(f"not YAML: {error.problem or error.context}", mark.line + 1 if mark else 1) from error
    except yaml.YAMLError as error:
        raise YamlFault("not YAML: a character that text does not have", 1) from error


class _Builder:
    """Builds the tree from the parser's events with a stack of its own, so depth can't exhaust Python's."""

    def __init__(self) -> None:
        self.open: list[tuple[list[Node] | dict[str, Node], int]] = []
        self.keys: list[Node | None] = []
        self.root: Node | None = None

    def build(self, events) -> Node:  # type: ignore[no-untyped-def]  # PyYAML's stubs leave events untyped
        for event in events:
            self._take(event)
        return self.root or Node(None, 1)

    def _take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.AliasEvent():
                raise YamlFault("aliases are not used here: write the text out", line)
            case yaml.ScalarEvent():
                _refuse_extras(event, line)
                self._place(Node(_plain_value(event), line))
            case yaml.SequenceStartEvent():
                self._open(event, [], line)
            case yaml.MappingStartEvent():
                self._open(event, {}, line)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                value, opened = self.open.pop()
                self.keys.pop()
                self._place(Node(value, opened))
            case yaml.DocumentStartEvent() if self.root:
                raise YamlFault("a second document in one file", line)

    def _open(self, event: yaml.CollectionStartEvent, value: list[Node] | dict[str, Node], line: int) -> None:
        _refuse_extras(event, line)
        if len(self.open) == DEEPEST:
            raise YamlFault(f"nested more than {DEEPEST} deep", line)
        self.open.append((value, line))
        self.keys.append(None)

    def _place(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        holder = self.open[-1][0]
        if isinstance(holder, list):
            holder.append(node)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = _checked_key(node, holder)
        else:
            holder[str(key.value)] = node
            self.keys[-1] = None


def _refuse_extras(event: yaml.NodeEvent, line: int) -> None:
    if event.anchor:
        raise YamlFault("anchors are not used here: write the text out", line)
    if (tag := getattr(event, "tag", None)) is not None:
        raise YamlFault(f"tags are not used here, found {tag}", line)


def _checked_key(node: Node, holder: dict[str, Node]) -> Node:
    if isinstance(node.value, list | dict) or node.value is None:
        raise YamlFault("a key must be a word", node.line)
    if str(node.value) in holder:
        raise YamlFault(f"the key {node.value!r} stands here twice", node.line)
    return node


def _plain_value(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    text: str = event.value
    if not event.implicit[0]:
        return text  # quoted or a block: text, whatever it says
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.match(text):
        return int(text)
    return float(text) if _DECIMAL.match(text) else text
