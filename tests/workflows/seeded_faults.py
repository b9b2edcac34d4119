"""Faults planted into good files with a seed: for each the rule and the line are known."""

import re
from collections.abc import Iterator
from random import Random

from tests.workflows.example_catalogue import EXAMPLE_CATALOGUE, HOLDERS
from tests.workflows.good_files import Good, good_files
from tests.workflows.planting import Fault, Maker, changed
from tests.workflows.seeded_faults_of_lines import LINE_MAKERS
from tests.workflows.seeded_faults_of_senders import SENDER_MAKERS
from workflows.problems import Findings, Problem, WorkflowProblems
from workflows.product.proving import problems_of as of_product
from workflows.product.proving import prove_folder
from workflows.proofs import prove_together
from workflows.proofs_people import prove_staff
from workflows.proofs_pinned import PinnedVersion, prove_pinned
from workflows.reading import problems_in, read
from workflows.source import decode

_STATE = r"^(  [a-z-]+: +)\{ label: (\w[^,}{]*)"
_LINE = r"^(  - \{ from: .*?, event: [a-z-]+, +to: [a-z-]+),? *(.*)\}$"
_WHEN = r"(when: [a-z_.]+ [<=>]+) (\d[\d.]*)"


def faults(seed: int, count: int) -> Iterator[Fault]:
    """So many faults, each kind in its turn, each in a file that has a place for it."""
    random = Random(seed)
    made = 0
    while made < count:
        for rule, maker in MAKERS:
            files = list(good_files())
            random.shuffle(files)
            fault = next((each for file in files if (each := maker(random, file))), None)
            assert fault, f"no file has a place for {rule}"
            yield fault
            made += 1
            if made == count:
                return


def problems_of(fault: Fault) -> list[Problem]:
    """All that the checker says of the file, alone, with the others, and with the staff."""
    name = f"{fault.file}.yaml"
    findings = Findings(name)
    text = decode(fault.text.encode(errors="surrogateescape"), findings)
    if text is None:
        return findings.in_order()
    if fault.rule == "pinned-unreadable":
        return prove_pinned([PinnedVersion(fault.file, "0" * 64, text, 1)], EXAMPLE_CATALOGUE)
    broken = problems_in(text, name, EXAMPLE_CATALOGUE)
    if broken:
        return broken
    try:
        definition = read(text, name, EXAMPLE_CATALOGUE)
    except WorkflowProblems as error:
        return list(error.problems)
    others = [
        (good.definition, good.name)
        for good in good_files()
        if (good.name in {"example-item", "example-reclamation"}) == fault.file.startswith("ex")
        and good.name != fault.file
        and good.name not in {"translated", "parted"}
    ]
    together = [(definition, name), *others]
    subject = definition.subject
    other = next(each for each in others if each[0].subject != subject)
    return [
        *prove_together(together),
        *prove_staff(together[:1], HOLDERS, EXAMPLE_CATALOGUE.no_person),
        *of_product(prove_folder([together[0], other], EXAMPLE_CATALOGUE)),
    ]


def is_found(fault: Fault) -> bool:
    return any((each.rule, each.line) == (fault.rule, fault.line) for each in problems_of(fault))


def _by(rule: str, pattern: str, *news: str) -> tuple[str, Maker]:
    """A change of one place, in one of several ways."""
    return rule, lambda random, good: changed(random, good, rule, pattern, random.choice(news))


def _empty(random: Random, good: Good) -> Fault:
    return Fault("empty", good.name, "# " + good.name + "\n" * random.randint(1, 5), 1)


def _too_big(random: Random, good: Good) -> Fault:
    return Fault("too-big", good.name, good.text + "# much\n" * random.randint(38_000, 40_000), 1)


def _no_final(random: Random, good: Good) -> Fault | None:
    text = re.sub(r",\s*final: (good|bad)", "", good.text)
    first = re.search(r"\nstates:\n(  \S)", text)
    if first is None or "--- # part" in text:
        return None
    return Fault("no-final-state", good.name, text, text.count("\n", 0, first.end()) + 1)


def _final_initial(random: Random, good: Good) -> Fault | None:
    final = random.choice([state for state in good.definition.states.values() if state.final])
    text = re.sub(r"(?m)^initial: \S+", f"initial: {final.name}", good.text)
    return Fault("final-initial", good.name, text, final.place.line)


def _reserved(random: Random, good: Good) -> Fault | None:
    events = [event for event in good.definition.events.values() if event.by]
    event = random.choice(events)
    word = random.choice(("on", "no", "off", "yes", "true", "false", "items", "now"))
    text = re.sub(rf"(?m)^  {event.name}:", f"  {word}:", good.text)
    text = re.sub(rf"event: {event.name}(?![\w-])", f"event: {word}", text)
    if event.place.file or text == good.text or "--- # part" in text:
        return None
    return Fault("reserved-name", good.name, text, event.place.line)


def _crowd(random: Random, good: Good) -> Fault:
    many = "".join(f"  crowd-{n}: {{ label: C }}\n" for n in range(201))
    text = good.text.replace("\nstates:\n", f"\nstates:\n{many}", 1)
    first = text.index("crowd-0")
    return Fault("too-many", good.name, text, text.count("\n", 0, first) + 1)


SHAPE_MAKERS: list[tuple[str, Maker]] = [
    ("empty", _empty),
    ("too-big", _too_big),
    ("too-many", _crowd),
    _by("encoding", r"label: (\w)", "label: \udcfc\\1", "label: \udcff\\1"),
    _by("too-deep", _STATE, r"\1{ label: " + "[" * 40 + "]" * 40, r"\1{ label: " + "{a: " * 40),
    _by(
        "yaml",
        _STATE,
        r"\1{ label: Too: many",
        r"\1{ label: [\2",
        r"\1{ label: @\2",
        r"\1{ label: %x",
    ),
    _by("second-document", r"^events:$", "---\nevents:".replace("---", "⟨---")),
    _by("tag", r"label: (\w)", r"label: !!str \1", r"label: !!python/name:os.system \1"),
    _by("anchor", r"label: (\w)", r"label: &a \1"),
    _by("alias", _STATE, r"\1{ label: *other"),
    _by("duplicate-key", _STATE, r"\1{ label: Other, label: \2"),
    _by("not-a-mapping", r"^(  [a-z-]+: +)\{ label: (\w[^,}{]*?) *,.*\}$", r"\1\2"),
    _by("not-a-list", r"^transitions:\n", "transitions:\n  ⟨first:\n"),
    _by("single-value", _STATE, r"\1{ label: [A, B]", r"\1{ label: { en: { a: b } }"),
    _by("nothing", _STATE, r"\1{ label: null", r"\1{ label: ~", r'\1{ label: ""'),
    _by("twice", r"by: \[(\w+)", r"by: [\1, \1"),
    _by("text", _STATE, r'\1{ label: "\\x07"', r'\1{ label: "' + "long " * 300 + '"'),
    _by("name", r"^  ([a-z]+)([a-z-]*): \{ label", r"  \1_\2: { label", r"  X\1\2: { label"),
    _by(
        "yes-no",
        r"(happy|second-person|optional): true",
        *(rf"\1: {w}" for w in ("yes", "on", "no", "010", "1")),
    ),
    _by(
        "span",
        r"after: \d+ days",
        *(f"after: {w}" for w in ("0 days", "14d", "12:30", "010 days", "5000 days", "no")),
    ),
    _by("not-a-number", _WHEN, r"\1 1e999"),
    _by("unknown-key", _STATE, r"\1{ colour: red, label: \2", r"\1{ on: true, label: \2"),
    _by("missing-key", r"^(  [a-z-]+: +)\{ label: [^,}{]*, ", r"\1{ "),
    _by("unknown-word", r"final: (good|bad)", "final: happily", "final: yes"),
    _by("unknown-word", r"tone: \w+", "tone: purple", "tone: no"),
    _by("misplaced", r"type: text,", "type: text, max: 100,", "type: text, of: [a, b],"),
    _by("refusal-without-condition", _LINE, r"\1, refusal: Not now }"),
    _by("language", _STATE, r"\1{ label: { fr: \2 }", r"\1{ label: { en: A, german: \2 }"),
]
NAME_MAKERS: list[tuple[str, Maker]] = [
    _by("unknown-state", r"(?<=, )to: [a-z-]+", "to: qqq", "to: nowhere-at-all"),
    _by("unknown-event", r"(?<=, )event: [a-z-]+", "event: qqq", "event: jump-in-the-air"),
    _by("unknown-effect", r"(?<=, )effect: [a-z-]+", "effect: qqq", "effect: refund.pay"),
    _by("unknown-effect", r"run: [a-z.-]+", "run: sing.song", "run: os.system"),
    _by("unknown-command", r"do: [a-z]+\.[a-z-]+", "do: os.system", "do: refund.forget"),
    _by("pinned-unreadable", r"do: [a-z]+\.[a-z-]+", "do: item.weigh"),
    _by("unknown-condition", r"when: \w.*?(?=[,}]|$)", "when: qqq", "when: subprocess.getoutput"),
    _by("unknown-role", r"by: \[\w+", "by: [wizard", "by: [agents"),
    _by("unknown-fact", r"(when: item)s?\.\w+", r"\1.vlaue", r"\1.colour"),
    _by("unknown-input", r"when: input\.\w+", "when: input.sum"),
    _by("unknown-function", r"when: \w.*?(?=[,}]|$)", "when: shell(1) == 2"),
    _by("condition", r"(when: [a-z_.]+) [<=>]+", r"\1 =", r"\1 and"),
    _by("condition-type", _WHEN, r'\1 "x"', r"\1 true"),
    _by(
        "constant-condition",
        r"(?<=, )when: ([a-z_.]+) <= (\d[\d.]*)",
        "when: 1 < 2",
        r'when: "\1 < \2 && \1 > \2"',
        r'when: "\1 < \2 || \1 >= \2"',
    ),
    _by("bound-type", r"max: item\.\w+", "max: item.sku", "max: now"),
    _by("unbounded-input", r"(type: integer,[^}]*), +max: item[a-z_.]+", r"\1"),
    _by("bounds", r"min: [\d.]+, +max: item[a-z_.]+", "min: 9, max: 3", "default: 7, max: 3"),
    _by("missing-input", r"(event: reject, +to: [a-z-]+)", r"\1, do: item.receive"),
    _by(
        "wrong-subject",
        r"^(  - \{ from: \w.*event: refund-refused.*?) *\}$",
        r"\1, send-items: withdraw }",
    ),
    _by(
        "sent-in-vain", r"send-reclamation: item-settled(?=.*\}$)", "send-reclamation: item-settlet"
    ),
    _by("aggregate", r"when: items\.open == 0", 'when: "items.most(final)"'),
    _by("leading-zero", r"min: \d", "min: 01", "min: 007"),
    _by("leading-zero", _WHEN, r"\1 0\2", r"\1 00\2"),
    _by(
        "label-untranslated",
        r"^( +[a-z_-]+: \{ (?:type: \w+, )?label: )\{ en: ([^,]*), de: [^}]*\}",
        r"\1\2",
    ),
    _by("role-held-by-nobody", r"^(  [a-z-]+: \{ label: [^,}{]*, )by: \[[^]]*\]", r"\1by: [admin]"),
    _by(
        "one-role-holder",
        r"^  reject: \{ label: \w.*\}$",
        "  reject: { label: No, by: [warehouse], second-person: true }",
    ),
    _by("unknown-part", r"part: refunding, exits", "part: refnding, exits"),
    _by("exit-missing", r"paid: refunded, not-paid: reported", "paid: refunded"),
    _by("unused-part", r"^(--- # part refunding)$", "⟨--- # part other\npart: other\n\\1"),
    _by(
        "prefix-clash",
        r"^(include:\n)(  pay: .*)\nstates:\n",
        r"\1⟨\2\nstates:\n  pay-paying: { label: P }\n",
    ),
    _by(
        "part-circle",
        r"^(part: refunding\n)",
        r"\1include:\n  ⟨again: { part: refunding, exits: { paid: paid, not-paid: not-paid } }\n",
    ),
    ("no-final-state", _no_final),
    ("final-initial", _final_initial),
    ("reserved-name", _reserved),
]
MAKERS = [*SHAPE_MAKERS, *NAME_MAKERS, *LINE_MAKERS, *SENDER_MAKERS]
