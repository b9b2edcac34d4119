"""YAML as a tree of texts with places, strict where YAML is kinder than is good for money.

Scalars are never guessed: `no`, `010` and `12:30:00` arrive as the text that stands there, and
whoever asks for a number or a yes-no decides with `workflows.fields`. Tags, anchors, aliases,
equal keys, NaN and infinity, several documents, depth over 32 and more than 256 KiB are refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from workflows.definition import Place
from workflows.problems import Findings

LARGEST = 256 * 1024
DEEPEST = 32
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(nan|inf)", re.IGNORECASE)
_HIDDEN_LINE_BREAK = re.compile("[\x85\u2028\u2029\ufeff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; `plain` when it stands without quotes. `start` and `end` point into the file."""

    text: str
    place: Place
    plain: bool
    start: int
    end: int
    source: str | None = None
    """The text that `start` and `end` point into where it is another than the workflow's own."""

    @property
    def is_nothing(self) -> bool:
        """Nothing stands here, or one of YAML's words for it."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Sequence:
    items: "list[Node]"
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: "dict[str, tuple[Scalar, Node]]"
    place: Place


Node = Scalar | Sequence | Mapping


def decode(data: bytes, findings: Findings) -> str | None:
    """The text of a file; not UTF-8 is a problem and None."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        findings.add(
            "encoding",
            Place(before.count(b"\n") + 1, column),
            f"The byte 0x{data[error.start]:02x} is not UTF-8.",
            "Save the file as UTF-8.",
        )
        return None


def read_source(text: str, findings: Findings) -> Node | None:
    """The tree of one YAML document, or None where it cannot be read to its end."""
    if not _is_fit(text, findings):
        return None
    builder = _Builder(findings, text.count("\n") + text.count("\r") + 1)
    try:
        for event in _events(text):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        findings.add("yaml", _mark(error.problem_mark or error.context_mark), *_explain(error))
        return None
    except yaml.reader.ReaderError as error:
        place = _place_at(text, error.position)
        findings.add("yaml", place, f"The character U+{error.character:04X} may not stand here.")
        return None
    if builder.root is None:
        findings.add("empty", Place(1, 1), "The file says nothing.")
    return builder.root


def _events(text: str) -> Iterable[yaml.Event]:
    """What the parser meets. The one in C is eight times as fast; where it stops, the one in
    Python says in better words why, and stops at the place."""
    if not yaml.__with_libyaml__:
        return yaml.parse(text, Loader=yaml.SafeLoader)
    met: list[yaml.Event] = []
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            met.append(event)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                # It takes longer with each level, a minute for a hundred thousand.
                break
    except (yaml.YAMLError, UnicodeError):
        return yaml.parse(text, Loader=yaml.SafeLoader)
    return met


def place_within(source: str, scalar: Scalar, offset: int) -> Place:
    """Where in the file the character number `offset` of a scalar's text stands.

    Follows the text through quotes, folded lines and indented blocks.
    """
    source = scalar.source if scalar.source is not None else source
    at = scalar.start
    if not scalar.plain and source[at] in "|>":
        at = source.index("\n", at) + 1
    for character in scalar.text[:offset]:
        if not character.isspace():
            found = source.find(character, at, scalar.end)
            at = found + 1 if found >= 0 else at
    if offset < len(scalar.text) and not scalar.text[offset].isspace():
        found = source.find(scalar.text[offset], at, scalar.end)
        at = found if found >= 0 else at
    return replace(_place_at(source, at), file=scalar.place.file)


def _is_fit(text: str, findings: Findings) -> bool:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        findings.add("encoding", _place_at(text, error.start), "This text is not Unicode.")
        return False
    if size > LARGEST:
        findings.add(
            "too-big", Place(1, 1), f"The file has {size} bytes; {LARGEST} (256 KiB) are the most."
        )
        return False
    hidden = _HIDDEN_LINE_BREAK.search(text)
    if hidden:
        findings.add(
            "yaml",
            _place_at(text, hidden.start()),
            f"The invisible character U+{ord(hidden[0]):04X} may not stand here.",
            "Delete it and type an ordinary line break or space.",
        )
    return hidden is None


def _place_at(text: str, index: int) -> Place:
    before = text[:index]
    return Place(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


def _mark(mark: Any) -> Place:
    """PyYAML's mark counts from 0; where it has none, the file begins."""
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _extent(event: yaml.Event) -> tuple[int, int]:
    start: Any = event.start_mark
    end: Any = event.end_mark
    return start.index, end.index


def _explain(error: yaml.MarkedYAMLError) -> tuple[str, str | None]:
    said = error.problem or "the structure is broken"
    sentence = f"This is not YAML: {error.context}: {said}." if error.context else f"{said}."
    if "\\t" in said:
        return "A tab may not indent YAML.", "Indent with spaces."
    if "expected ',' or" in said or "mapping values" in said or "expected <block end>" in said:
        return (
            sentence[0].upper() + sentence[1:],
            "Put texts and conditions with any of [ ] { } , : # between quotes.",
        )
    return sentence[0].upper() + sentence[1:], None


@dataclass(slots=True)
class _Builder:
    """Builds the tree from the parser's events without recursion."""

    findings: Findings
    lines: int
    root: Node | None = None
    documents: int = 0
    stack: list[Sequence | Mapping] = field(default_factory=list)
    keys: list[Scalar | None] = field(default_factory=list)
    """For each open collection the key that waits for its value."""

    def take(self, event: yaml.Event) -> bool:
        """False where reading on makes no sense."""
        place = _mark(event.start_mark)
        if place.line > self.lines:
            # Nothing at all behind a lone --- is, to the parser in C, in the line after it.
            place = Place(self.lines, 1)
        match event:
            case yaml.DocumentStartEvent():
                return self._begin_document(event, place)
            case yaml.AliasEvent():
                self.findings.add(
                    "alias",
                    place,
                    f"*{event.anchor} points to another place of the file; aliases are refused.",
                    "Write out what is meant.",
                )
                self._put(Scalar(f"*{event.anchor}", place, False, *_extent(event)))
            case yaml.ScalarEvent():
                self._refuse_properties(event, place)
                self._put(self._scalar(event, place))
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._refuse_properties(event, place)
                return self._open(event, place)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                closed = self.stack.pop()
                self.keys.pop()
                self._put(closed)
        return True

    def _begin_document(self, event: yaml.DocumentStartEvent, place: Place) -> bool:
        self.documents += 1
        if self.documents > 1:
            self.findings.add("second-document", place, "A second document begins here.")
            return False
        if event.tags:
            self.findings.add("tag", place, "%TAG is refused: nothing in a file is ever executed.")
        return True

    def _refuse_properties(
        self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, place: Place
    ) -> None:
        if event.anchor is not None:
            self.findings.add(
                "anchor", place, f"&{event.anchor} names a place to be copied; it is refused."
            )
        if event.tag is not None:
            self.findings.add(
                "tag",
                place,
                f"The tag {event.tag} is refused: nothing in a file is ever executed.",
            )

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        plain = not event.style
        if plain and _NOT_A_NUMBER.fullmatch(event.value):
            self.findings.add("not-a-number", place, f"{event.value} is no number one can pay.")
        text = _SURROGATE.sub("?", event.value)
        if text != event.value:
            self.findings.add(
                "encoding",
                place,
                "Half a character, as the escapes \\uD800 to \\uDFFF make it, is no text.",
                "Type the character itself.",
            )
        return Scalar(text, place, plain, *_extent(event))

    def _open(self, event: yaml.CollectionStartEvent, place: Place) -> bool:
        if len(self.stack) >= DEEPEST:
            self.findings.add("too-deep", place, f"More than {DEEPEST} levels deep.")
            return False
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self.stack.append(Sequence([], place) if is_list else Mapping({}, place))
        self.keys.append(None)
        return True

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self.keys[-1]
        if key is None:
            self.keys[-1] = self._key(node)
            return
        self.keys[-1] = None
        first = parent.entries.get(key.text)
        if first is None:
            parent.entries[key.text] = (key, node)
        else:
            self.findings.add(
                "duplicate-key",
                key.place,
                f"{key.text} stands here a second time; the first is in line "
                f"{first[0].place.line}.",
                "Keep one of the two.",
            )

    def _key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self.findings.add("yaml", node.place, "A key is a single word.")
        return Scalar(f"?{node.place.line}:{node.place.column}", node.place, False, 0, 0)
