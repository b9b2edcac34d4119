"""Sound files of all kinds, into which faults are planted."""

import re
from dataclasses import dataclass
from functools import cache

from config.settings import PROJECT
from tests.workflows.example_catalogue import EXAMPLE_CATALOGUE
from workflows.definition import Definition
from workflows.example import ITEM, RECLAMATION
from workflows.reading import read

_LABEL = re.compile(r"(label|confirm): ([A-Z][^,}\n]*?)(?= *[,}\n])")


@dataclass(frozen=True, slots=True)
class Good:
    name: str
    text: str
    definition: Definition


@cache
def good_files() -> tuple[Good, ...]:
    """What is shipped, the examples of the rules, one in two languages and one of parts."""
    folder = PROJECT / "config" / "workflows"
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yaml"))}
    texts["example-item"] = ITEM
    texts["example-reclamation"] = RECLAMATION
    texts["translated"] = _LABEL.sub(r"\1: { en: \2, de: Auf Deutsch }", ITEM)
    texts["parted"] = _of_parts()
    return tuple(
        Good(name, text, read(text, f"{name}.yaml", EXAMPLE_CATALOGUE))
        for name, text in texts.items()
    )


def _of_parts() -> str:
    reference = (PROJECT / "docs" / "workflows.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml workflow\n(.*?)```", reference, re.DOTALL)
    return next(block for block in blocks if "--- # part" in block)
