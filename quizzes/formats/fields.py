"""Read the fields of a course file, collecting every fault with its file, line and field instead of stopping."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quizzes.formats.yaml_nodes import Node, YamlFault, read_yaml

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*$")
_MISSING = Node(None, 0)


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.field or 'file'}: {self.message}"


class PackError(ValueError):
    """A course pack that can't be loaded; `faults` lists everything found wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.file, fault.line))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Where:
    """The place of a row in the pack, for faults found later, when rows are compared."""

    file: str
    line: int
    field: str = ""

    def fault(self, message: str, field: str = "") -> Fault:
        name = ".".join(part for part in (self.field, field) if part)
        return Fault(self.file, self.line, name, message)


class Fields:
    """One mapping of a file. Read what it should hold, then `done()` reports what it should not."""

    def __init__(self, file: str, node: Node, faults: list[Fault], name: str = "") -> None:
        self.file, self.line, self.name, self.faults = file, node.line, name, faults
        self.read: set[str] = set()
        self.values: dict[str, Node] = {}
        if isinstance(node.value, dict):
            self.values = node.value
        else:
            self.fault("", f"needs names and values, found {_kind(node)}")

    @property
    def where(self) -> Where:
        return Where(self.file, self.line, self.name)

    def fault(self, field: str, message: str, line: int = 0) -> None:
        name = ".".join(part for part in (self.name, field) if part)
        self.faults.append(Fault(self.file, line or self.line, name, message))

    def text(self, field: str, longest: int = 5000, default: str | None = None) -> str:
        """Text of at most `longest` characters; required unless a default is given."""
        node = self._node(field, required=default is None)
        if node.value is None:
            return default or ""
        if not isinstance(node.value, str):
            self.fault(field, f"needs text, found {_kind(node)}", node.line)
            return ""
        text = node.value.strip()
        if not text and default is None:
            self.fault(field, "is empty", node.line)
        if len(text) > longest:
            self.fault(field, f"has {len(text)} characters, at most {longest} fit", node.line)
        return text

    def slug(self, field: str = "id", longest: int = 80) -> str:
        """An id of small letters, digits and single hyphens."""
        text = self.text(field, longest)
        if text and not SLUG.match(text):
            self.fault(field, f"needs small letters, digits and hyphens, found {text!r}", self._line(field))
        return text

    def choice(self, field: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        text = self.text(field, default=default)
        if text and text not in allowed:
            self.fault(field, f"needs one of {', '.join(allowed)}, found {text!r}", self._line(field))
        return text

    def whole(self, field: str, low: int, high: int, default: int | None = None) -> int:
        node = self._node(field, required=default is None)
        value = default if node.value is None else node.value
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            if value is not None:
                self.fault(field, f"needs a whole number from {low} to {high}, found {_kind(node)}", node.line)
            return low
        return value

    def number(self, field: str, default: float | None = None) -> float:
        node = self._node(field, required=default is None)
        value = default if node.value is None else node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            if value is not None:
                self.fault(field, f"needs a number, found {_kind(node)}", node.line)
            return 0.0
        return float(value)

    def flag(self, field: str) -> bool:
        node = self._node(field, required=False)
        if not (node.value is None or isinstance(node.value, bool)):  # 1 is no true
            self.fault(field, f"needs true or false, found {_kind(node)}", node.line)
        return node.value is True

    def words(self, field: str, required: bool = False) -> tuple[str, ...]:
        """A list of short texts: ids, names."""
        items = self._items(field, required)
        for item in items:
            if not isinstance(item.value, str):
                self.fault(field, f"needs a list of words, found {_kind(item)}", item.line)
        return tuple(item.value for item in items if isinstance(item.value, str))

    def rows(self, field: str, required: bool = False) -> Iterator["Fields"]:
        """The mappings of a list, each to be read and then `done()`."""
        for index, item in enumerate(self._items(field, required), start=1):
            yield self._inside(f"{field}[{index}]", item)

    def part(self, field: str, required: bool = True) -> "Fields | None":
        """A mapping within this one."""
        node = self._node(field, required)
        return None if node.value is None else self._inside(field, node)

    def names(self) -> list[str]:
        """Every name that stands here, for mappings whose names are data."""
        return list(self.values)

    def done(self) -> None:
        for name in self.values.keys() - self.read:
            self.fault(name, "is not a field of this", self.values[name].line)

    def _inside(self, field: str, node: Node) -> "Fields":
        name = ".".join(part for part in (self.name, field) if part)
        return Fields(self.file, node, self.faults, name)

    def _items(self, field: str, required: bool) -> list[Node]:
        node = self._node(field, required)
        if node.value is None:
            return []
        if not isinstance(node.value, list):
            self.fault(field, f"needs a list, found {_kind(node)}", node.line)
            return []
        return node.value

    def _node(self, field: str, required: bool) -> Node:
        self.read.add(field)
        node = self.values.get(field, _MISSING)
        if required and node.value is None:
            self.fault(field, "is missing", node.line)
        return node

    def _line(self, field: str) -> int:
        return self.values.get(field, _MISSING).line


def read_file[Read](
    files: dict[str, bytes], file: str, faults: list[Fault], read: Callable[[Fields], Read], empty: Read
) -> Read:
    """Read a whole YAML file with `read`; a file that is missing or is no YAML is a fault, and `empty` is used."""
    if file not in files:
        faults.append(Fault(file, 1, "", "is missing"))
        return empty
    try:
        fields = Fields(file, read_yaml(files[file]), faults)
    except YamlFault as fault:
        faults.append(Fault(file, fault.line, "", str(fault)))
        return empty
    value = read(fields)
    fields.done()
    return value


def read_rows[Read](top: Fields, name: str, read: Callable[[Fields], Read]) -> tuple[Read, ...]:
    """Every row of a list, each read with `read`."""
    found = []
    for row in top.rows(name, required=True):
        found.append(read(row))
        row.done()
    return tuple(found)


def _kind(node: Node) -> str:
    match node.value:
        case None:
            return "nothing"
        case list():
            return "a list"
        case dict():
            return "names and values"
        case value:
            return repr(value if len(str(value)) < 60 else str(value)[:60] + "…")
