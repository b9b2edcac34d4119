"""Parts: a piece of a life cycle that several workflows include, each under a prefix of its own.

A part is a file of the folder `parts/` beside the workflows, or stands in the same file behind a
line `--- # part NAME`. All is joined into one text in just that form, to which cases are pinned:
changing a part makes a new version of every workflow that includes it.
"""

import re
from collections.abc import Callable, Container, Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from pathlib import Path

from workflows.definition import Place
from workflows.fields import Fields, is_name
from workflows.problems import Findings, did_you_mean
from workflows.source import Mapping, Node, Scalar, Sequence, decode, read_source

FOLDER = "parts"
PART_KEYS = (
    "part",
    "subject",
    "label",
    "exits",
    "shared",
    "include",
    "states",
    "effects",
    "events",
    "transitions",
)
INCLUDE_KEYS = ("part", "exits")
MOST_PARTS = 32
_TABLES = ("states", "effects", "events")
_SEAM = re.compile(r"^--- # part ([^\s]{1,64})[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PartText:
    """The text of a part as read from `file`; it begins in `line` of it."""

    text: str
    file: str
    line: int = 1


@dataclass(slots=True)
class Included:
    """A workflow's tree with its parts in it, and whose texts they are."""

    root: Mapping
    used: dict[str, str] = field(default_factory=dict)
    """Name to text, in the order in which they are first included."""
    is_whole: bool = True


def split(text: str, file: str) -> tuple[str, dict[str, PartText]]:
    """A text without the parts that stand behind it, and these."""
    seams = list(_SEAM.finditer(text))
    parts: dict[str, PartText] = {}
    for number, seam in enumerate(seams, 1):
        end = seams[number].start() if number < len(seams) else len(text)
        line = text.count("\n", 0, seam.end()) + 1
        parts.setdefault(seam[1], PartText(text[seam.end() : end].lstrip("\r"), file, line))
    return (text[: seams[0].start()] if seams else text), parts


def join(text: str, parts: Table[str, str]) -> str:
    """The one text of a workflow and the parts it includes."""
    seams = (f"--- # part {name}\n{part.strip()}\n" for name, part in parts.items())
    return "".join([text if text.endswith("\n") or not parts else f"{text}\n", *seams])


def parts_beside(folder: Path, findings: Findings) -> dict[str, PartText]:
    """The parts in the folder `parts/` of a folder of workflows, by the names of their files."""
    found: dict[str, PartText] = {}
    if not (folder / FOLDER).is_dir():
        return found
    for path in sorted((folder / FOLDER).iterdir()):
        if path.suffix in {".yaml", ".yml"} and not path.name.startswith("."):
            own = Findings(str(path))
            text = decode(path.read_bytes(), own)
            findings.found.update(own.found)
            if text is not None:
                found[path.stem] = PartText(text, str(path))
    return found


def refuse_unused(parts: Table[str, PartText], used: Container[str], findings: Findings) -> None:
    """A part that nobody includes is read by nobody, and its mistakes are found by nobody."""
    for name, part in parts.items():
        if name not in used:
            file = "" if part.file == findings.file else part.file
            findings.add(
                "unused-part",
                Place(part.line, 1, file),
                f"No workflow includes the part {name[:80]}.",
                "Include it, or remove it.",
            )


def include(root: Mapping, parts: Table[str, PartText], findings: Findings) -> Included:
    """The tree with every part that it includes put in, each name under its prefix."""
    included = Included(root)
    _Including(parts, findings, included).put_in(included.root, ())
    return included


@dataclass(slots=True)
class _Including:
    parts: Table[str, PartText]
    findings: Findings
    included: Included
    count: int = 0

    def put_in(self, root: Mapping, chain: tuple[str, ...]) -> None:
        """Put into a tree what its `include:` names; `chain` are the parts that led here."""
        if "include" not in root.entries:
            return
        table = Fields(self.findings, root.entries["include"][1], "the table of parts")
        for key, node in table.entries.values():
            if is_name(self.findings, key):
                self._include(root, key, node, chain)
            else:
                self.included.is_whole = False

    def _include(self, root: Mapping, key: Scalar, node: Node, chain: tuple[str, ...]) -> None:
        about = f"the part under {key.text}"
        fields = Fields(self.findings, node, about, INCLUDE_KEYS, key.place)
        fields.require("part")
        name = fields.scalar("part")
        part = self._part(name, chain) if name else None
        if part is None or name is None:
            self.included.is_whole = False
            return
        top = Fields(self.findings, part, f"the part {name.text}", PART_KEYS)
        top.require("part", "subject", "exits", "states", "events", "transitions")
        self._same_subject(root, top)
        exits = self._exits(fields, top, name.text)
        if exits is None:
            self.included.is_whole = False
            return
        self.put_in(part, (*chain, name.text))
        renaming = _Renaming(
            f"{key.text}-",
            exits,
            frozenset(scalar.text for scalar in top.scalars("shared")),
        )
        for table in _TABLES:
            self._is_table(part, table)
            self._merge(root, table, renaming.table(table, part.entries.get(table)), key)
        lines = part.entries.get("transitions")
        if lines and isinstance(lines[1], Sequence):
            self._append(root, [renaming.line(line) for line in lines[1].items])
        elif lines:
            self.findings.add("not-a-list", lines[1].place, "transitions is a list of lines.")
            self.included.is_whole = False

    def _is_table(self, part: Mapping, table: str) -> None:
        entry = part.entries.get(table)
        if entry and not isinstance(entry[1], Mapping):
            Fields(self.findings, entry[1], f"the table of {table}")
            self.included.is_whole = False

    def _part(self, name: Scalar, chain: tuple[str, ...]) -> Mapping | None:
        """A fresh tree of the part, whose places say in which file they are."""
        known = self.parts.get(name.text)
        if known is None:
            self.findings.add(
                "unknown-part",
                name.place,
                f"There is no part {name.text[:80]}.",
                did_you_mean(name.text, self.parts) or f"Its file would be {FOLDER}/NAME.yaml.",
            )
            return None
        if name.text in chain:
            circle = " → ".join([*chain[chain.index(name.text) :], name.text])
            self.findings.add(
                "part-circle", name.place, f"The parts include each other in a circle: {circle}."
            )
            return None
        self.count += 1
        if self.count > MOST_PARTS:
            self.findings.add(
                "too-many", name.place, f"More than {MOST_PARTS} parts are included in all."
            )
            return None
        file = "" if known.file == self.findings.file else known.file
        source = "\n" * (known.line - 1) + known.text
        own = Findings(known.file)
        root = read_source(source, own)
        self.findings.found.update(own.found)
        if not isinstance(root, Mapping):
            if root is not None:
                self.findings.add("not-a-mapping", name.place, f"{name.text} is no part.")
            return None
        self.included.used.setdefault(name.text, known.text)
        placed = _in_file(root, file, source)
        return placed if isinstance(placed, Mapping) else None

    def _same_subject(self, root: Mapping, top: Fields) -> None:
        subject = top.scalar("subject")
        wanted = root.entries.get("subject")
        if subject and wanted and isinstance(wanted[1], Scalar) and subject.text != wanted[1].text:
            self.findings.add(
                "wrong-subject",
                subject.place,
                f"This part is for {subject.text}; it is included for {wanted[1].text}.",
            )

    def _exits(self, fields: Fields, top: Fields, part: str) -> dict[str, Scalar] | None:
        """Each exit of the part with the state of the including file that it leads to; None where
        one is missing."""
        exits = {scalar.text: scalar for scalar in top.scalars("exits")}
        led: dict[str, Scalar] = {}
        if "exits" in fields:
            given = Fields(self.findings, fields.node("exits"), f"exits of {fields.about}", exits)
            led = {name: to for name in given.entries if (to := given.scalar(name))}
        missing = [name for name in exits if name not in led]
        for name in missing:
            self.findings.add(
                "exit-missing",
                fields.place,
                f"The part {part} can end in {name}, and it is not said where that leads.",
                f"Add exits: {{ {name}: STATE }}.",
            )
        return None if missing else led

    def _merge(
        self, root: Mapping, table: str, entries: dict[str, tuple[Scalar, Node]], key: Scalar
    ) -> None:
        if not entries:
            return
        own = root.entries.get(table)
        if own is None:
            own = (replace(key, text=table), Mapping({}, key.place))
            root.entries[table] = own
        if not isinstance(own[1], Mapping):
            return
        for name, entry in entries.items():
            if name in own[1].entries:
                self.findings.add(
                    "prefix-clash",
                    key.place,
                    f"Under the prefix {key.text} a part brings {name}, which is there already.",
                    "Take another prefix.",
                )
            else:
                own[1].entries[name] = entry

    def _append(self, root: Mapping, lines: Iterable[Node]) -> None:
        own = root.entries.get("transitions")
        if own and isinstance(own[1], Sequence):
            own[1].items.extend(lines)


@dataclass(frozen=True, slots=True)
class _Renaming:
    """How the names of a part are called where it is included."""

    prefix: str
    exits: Table[str, Scalar]
    shared: frozenset[str]

    def table(
        self, table: str, entry: tuple[Scalar, Node] | None
    ) -> dict[str, tuple[Scalar, Node]]:
        if entry is None or not isinstance(entry[1], Mapping):
            return {}
        renamed = {}
        for key, node in entry[1].entries.values():
            value = self._outcomes(node) if table == "effects" else node
            renamed[self.prefix + key.text] = (self._prefixed(key), value)
        return renamed

    def line(self, node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        rename = {
            "from": self._prefixed,
            "event": self._event,
            "to": lambda scalar: self.exits.get(scalar.text) or self._prefixed(scalar),
            "effect": self._prefixed,
        }
        entries = {
            name: (key, _each(value, rename[name]) if name in rename else value)
            for name, (key, value) in node.entries.items()
        }
        return Mapping(entries, node.place)

    def _outcomes(self, node: Node) -> Node:
        if not isinstance(node, Mapping):
            return node
        named = node.entries.get("outcomes")
        if named is None or not isinstance(named[1], Mapping):
            return node
        key, outcomes = named[0], named[1]
        renamed = {
            name: (word, _each(value, self._event))
            for name, (word, value) in outcomes.entries.items()
        }
        entries = {**node.entries, "outcomes": (key, Mapping(renamed, outcomes.place))}
        return Mapping(entries, node.place)

    def _event(self, scalar: Scalar) -> Scalar:
        return scalar if scalar.text in self.shared else self._prefixed(scalar)

    def _prefixed(self, scalar: Scalar) -> Scalar:
        return scalar if scalar.is_nothing else replace(scalar, text=self.prefix + scalar.text)


def _each(node: Node, rename: Callable[[Scalar], Scalar]) -> Node:
    if isinstance(node, Scalar):
        return rename(node)
    if isinstance(node, Sequence):
        return Sequence([_each(item, rename) for item in node.items], node.place)
    return node


def _in_file(node: Node, file: str, source: str) -> Node:
    """The same tree, whose places and expressions know the file and the text they are in."""

    def placed(place: Place) -> Place:
        return replace(place, file=file)

    if isinstance(node, Scalar):
        return replace(node, place=placed(node.place), source=source)
    if isinstance(node, Sequence):
        return Sequence([_in_file(item, file, source) for item in node.items], placed(node.place))
    entries = {
        name: (
            replace(key, place=placed(key.place), source=source),
            _in_file(value, file, source),
        )
        for name, (key, value) in node.entries.items()
    }
    return Mapping(entries, placed(node.place))
