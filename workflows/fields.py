"""Typed reading of a YAML mapping: each getter gives a value or notes what is wrong and None.

A plain scalar becomes what the field asks for and nothing else: `yes` is a fine label, but where
a yes-no is asked for only `true` and `false` will do; `010` is no number, since nobody knows
whether eight or ten is meant.
"""

import re
from collections.abc import Collection, Iterable

from workflows.definition import Place
from workflows.problems import Findings, did_you_mean, nearest
from workflows.source import Mapping, Node, Scalar, Sequence

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_NAME = 64
LONGEST_TEXT = 1000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TRUE_WORDS = {"yes", "on", "y"}
_FALSE_WORDS = {"no", "off", "n"}


class Fields:
    """The entries of one mapping, whose keys are all known."""

    def __init__(
        self,
        findings: Findings,
        node: Node | None,
        about: str,
        keys: Collection[str] | None = None,
        place: Place | None = None,
    ) -> None:
        """`about` names the thing in sentences ("the event refund"); without `keys`, any key
        may stand here."""
        self.findings = findings
        self.about = about
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.place = place or (node.place if node else Place(1, 1))
        self.is_mapping = isinstance(node, Mapping)
        if not isinstance(node, Mapping):
            findings.add(
                "not-a-mapping",
                node.place if node else self.place,
                f"{_upper(about)} needs keys with values here.",
            )
            return
        self.entries = node.entries
        for name, (key, value) in node.entries.items():
            if keys is not None and name not in keys:
                findings.add(
                    "unknown-key",
                    key.place,
                    f"{_upper(about)} knows no key {name}.",
                    _cut_off(name, value, keys) or did_you_mean(name, keys),
                )

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def node(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def place_of(self, key: str) -> Place:
        """Of the value where there is one, otherwise of the whole mapping."""
        node = self.node(key)
        return node.place if node else self.place

    def require(self, *keys: str) -> None:
        """What must be there; nothing more is said of what is no mapping at all."""
        for key in keys if self.is_mapping else ():
            if key not in self.entries:
                self.findings.add("missing-key", self.place, f"{_upper(self.about)} needs {key}.")

    def scalar(self, key: str) -> Scalar | None:
        """The single value of a key; a list, a mapping or nothing at all is a problem."""
        node = self.node(key)
        return None if node is None else single(self.findings, node, f"{key} of {self.about}")

    def text(self, key: str) -> str | None:
        scalar = self.scalar(key)
        if scalar is None:
            return None
        if len(scalar.text) > LONGEST_TEXT or _CONTROL.search(scalar.text):
            self.findings.add(
                "text",
                scalar.place,
                f"{key} of {self.about} must be at most {LONGEST_TEXT} ordinary characters.",
            )
            return None
        return scalar.text

    def name(self, key: str) -> str | None:
        scalar = self.scalar(key)
        return scalar.text if scalar and is_name(self.findings, scalar) else None

    def flag(self, key: str) -> bool:
        scalar = self.scalar(key)
        if scalar is None:
            return False
        if scalar.plain and scalar.text in {"true", "false"}:
            return scalar.text == "true"
        word = scalar.text.lower()
        meant = "true" if word in _TRUE_WORDS else "false" if word in _FALSE_WORDS else None
        self.findings.add(
            "yes-no",
            scalar.place,
            f"{key} of {self.about} is true or false, not {scalar.text}.",
            f"Write {meant}." if meant else None,
        )
        return False

    def one_of(self, key: str, choices: Iterable[str]) -> str | None:
        scalar = self.scalar(key)
        names = list(choices)
        if scalar is None or scalar.text in names:
            return scalar.text if scalar else None
        self.findings.add(
            "unknown-word",
            scalar.place,
            f"{key} of {self.about} cannot be {scalar.text}.",
            did_you_mean(scalar.text, names),
        )
        return None

    def scalars(self, key: str) -> list[Scalar]:
        """One value or a list of them; an empty list is a problem."""
        node = self.node(key)
        if node is None:
            return []
        if not isinstance(node, Sequence):
            one = single(self.findings, node, f"{key} of {self.about}")
            return [one] if one else []
        if not node.items:
            self.findings.add("nothing", node.place, f"{key} of {self.about} is an empty list.")
        read = [single(self.findings, item, f"{key} of {self.about}") for item in node.items]
        seen: set[str] = set()
        for item in read:
            if item and item.text in seen:
                self.findings.add("twice", item.place, f"{item.text} stands in the list twice.")
            if item:
                seen.add(item.text)
        return [item for item in read if item]


def single(findings: Findings, node: Node, about: str) -> Scalar | None:
    """The scalar that a node is, if something stands there."""
    if not isinstance(node, Scalar):
        findings.add("single-value", node.place, f"{_upper(about)} takes a single value.")
        return None
    if node.is_nothing or not node.text.strip():
        findings.add(
            "nothing",
            node.place,
            f"Nothing stands at {about}.",
            f'Put "{node.text}" between quotes if the word is meant.' if node.text else None,
        )
        return None
    return node


def is_name(findings: Findings, scalar: Scalar) -> bool:
    """Whether a text can name something here; a problem if not."""
    if len(scalar.text) <= LONGEST_NAME and NAME.fullmatch(scalar.text):
        return True
    findings.add(
        "name",
        scalar.place,
        f"{scalar.text[:80]} cannot be a name: small letters, digits and hyphens, a letter first.",
        did_you_mean_slug(scalar.text),
    )
    return False


def did_you_mean_slug(text: str) -> str | None:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return f"Did you mean {slug}?" if NAME.fullmatch(slug) and len(slug) <= LONGEST_NAME else None


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut_off(name: str, value: Node, keys: Iterable[str]) -> str | None:
    """What to do about the rest of a text that YAML takes for a key: label: Sorry, too late."""
    is_bare = isinstance(value, Scalar) and value.plain and not value.text
    if not is_bare or nearest(name, keys):
        return None
    return "If it belongs to the text before it, put the whole text between quotes."
