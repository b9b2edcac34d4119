"""Definitions that nobody should write: mutants of the shipped ones, random bytes, bombs.

All come from one seed, so that whatever they find is found again.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

from config.settings import PROJECT

_WORD = re.compile(r"[\w.-]+")
_NASTY = [
    "__import__('os').system('id')",
    "!!python/object/apply:os.system ['id']",
    "!!python/name:subprocess.getoutput",
    "subprocess.getoutput",
    "os.system",
    "{{ 7 * 7 }}",
    "&a",
    "*a",
    "<<: *a",
    "on",
    "no",
    "~",
    "null",
    "010",
    "0x1f",
    "12:30:00",
    "1e999",
    ".nan",
    "-.inf",
    "? [a]",
    "---",
    "...",
    "%TAG ! tag:x,2000:",
    "|",
    ">-",
    "'",
    '"',
    '"\\x00"',
    '"\\ud800"',
    "\t",
    "\r",
    "\u2028",
    "\u202e",
    "\ufeff",
    "😀",
    "é" * 70,
    "9" * 400,
    "item.value / 0.0 > 1.0",
    "item.value > 1 && (",
    "[1, 2].all(x, x > item.quantity)",
    "item.reason.matches('(a+)+$')",
    "to_received",
    "__class__",
    "state_",
    "input.",
]
_TOKENS = [*_NASTY, "a", "b:", "- ", "\n", "\n  ", "{", "}", "[", "]", ", ", ": ", "#", "workflow:"]


def definitions(seed: int, count: int) -> Iterator[bytes]:
    """So many definitions, of which seven in ten are mutants of what is shipped."""
    random = Random(seed)
    for _ in range(count):
        made = random.choices(_MAKERS, weights=(28, 4, 7, 1))[0](random)
        yield made if isinstance(made, bytes) else made.encode(errors="surrogatepass")


@cache
def shipped() -> list[str]:
    files = sorted((PROJECT / "config" / "workflows").glob("*.yaml"))
    return [file.read_text(encoding="utf-8") for file in files]


def _mutant(random: Random) -> str | bytes:
    text = random.choice(shipped())
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        text = random.choice(_MUTATIONS)(random, text)
    return text if random.random() < 0.9 else _flipped(random, text)


def _flipped(random: Random, text: str) -> bytes:
    data = bytearray(text.encode(errors="surrogatepass"))
    for _ in range(min(len(data), random.randint(1, 4))):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data)


def _drop(random: Random, text: str) -> str:
    start = random.randrange(len(text) + 1)
    return text[:start] + text[start + random.randint(1, 60) :]


def _cut(random: Random, text: str) -> str:
    return text[: random.randrange(len(text) + 1)]


def _insert(random: Random, text: str) -> str:
    start = random.randrange(len(text) + 1)
    return text[:start] + random.choice(_TOKENS) + text[start:]


def _word_for_word(random: Random, text: str) -> str:
    words = list(_WORD.finditer(text))
    if not words:
        return text
    old, other = random.choice(words), random.choice(words)[0]
    new = other if random.random() < 0.6 else random.choice(_NASTY)
    return text[: old.start()] + new + text[old.end() :]


def _lines(random: Random, text: str) -> str:
    """A line less, twice, elsewhere, or further in."""
    lines = text.split("\n")
    line = lines.pop(random.randrange(len(lines)))
    match random.randrange(4):
        case 1:
            lines.insert(random.randrange(len(lines) + 1), line)
        case 2:
            lines[:0] = [line, line]
        case 3:
            lines.insert(random.randrange(len(lines) + 1), " " * random.randint(1, 4) + line)
    return "\n".join(lines)


def _grafted(random: Random, text: str) -> str:
    return _cut(random, text) + _drop(random, random.choice(shipped()))


def _noise(random: Random) -> bytes:
    return random.randbytes(random.randrange(3000))


def _soup(random: Random) -> str:
    return "".join(random.choices(_TOKENS, k=random.randrange(80)))


def _bomb(random: Random) -> str:
    return random.choice(BOMBS)()


def _laughs() -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "l0: &l0 [ha, ha]\n" + "\n".join(levels)


def _crowded() -> str:
    """As many states, each with a button, an effect and all its outcomes, as the size allows."""
    count = 190
    states = "".join(f"  s{n}: {{ label: S }}\n" for n in range(count))
    lines = "".join(
        f"  - {{ from: s{n}, event: go, to: s{n + 1}, effect: pay }}\n"
        f"  - {{ from: s{n}, event: paid, to: end }}\n"
        f"  - {{ from: s{n}, event: lost, to: end }}\n"
        for n in range(count - 1)
    )
    return (
        "workflow: crowd\nsubject: item\nlabel: Crowd\ninitial: s0\n"
        f"states:\n{states}  end: {{ label: End, final: good }}\n"
        "effects:\n  pay:\n    run: refund.pay\n"
        "    outcomes: { done: paid, refused: lost, unknown: lost }\n"
        "events:\n  go: { label: Go, by: [lead] }\n"
        f"  paid: {{ label: Paid }}\n  lost: {{ label: Lost }}\ntransitions:\n{lines}"
    )


def _guarded() -> str:
    """As many conditions over several facts as there may be, each another one."""
    lines = "".join(
        f"  - {{ from: s{n % 150}, event: go, to: s{(n + 1) % 150}, when: item.value > {n}.0 "
        f"&& item.quantity < {n} && order.total > item.refundable }}\n"
        for n in range(1500)
    )
    states = "".join(f"  s{n}: {{ label: S }}\n" for n in range(150))
    return (
        "workflow: guards\nsubject: item\nlabel: Guards\ninitial: s0\n"
        f"states:\n{states}  end: {{ label: End, final: good }}\n"
        "events:\n  go: { label: Go, by: [lead] }\n  stop: { label: Stop, by: [lead] }\n"
        f"transitions:\n{lines}  - {{ from: s0, event: stop, to: end }}\n"
    )


def _repeated() -> str:
    return shipped()[-1] + "  - none\n" * 3000


def _condition(inside: str) -> str:
    return shipped()[-1].replace("items.open == 0", f'"{inside}"')


BOMBS: list[Callable[[], str]] = [
    _laughs,
    _crowded,
    _guarded,
    _repeated,
    lambda: "[" * 100_000,
    lambda: "{a: " * 50_000,
    lambda: "- " * 100_000,
    lambda: "\n".join(" " * n + "a:" for n in range(600)),
    lambda: "# " + "x" * 300_000,
    lambda: "label: " + "x" * 250_000,
    lambda: "".join(f"k{n}: {n}\n" for n in range(3_000)),
    lambda: "states:\n" + "".join(f"  s{n}: {{ label: S }}\n" for n in range(2_000)),
    lambda: "!" * 100_000,
    lambda: "'" * 99_999,
    lambda: "? " * 20_000,
    lambda: _condition("(" * 900 + "items.open" + ")" * 900 + " == 0"),
    lambda: _condition(" && ".join(["items.open == 0"] * 100)),
    lambda: _condition("!" * 1900 + "(items.open == 0)"),
    lambda: _condition("[" * 900 + "items.open" + "]" * 900 + " == 0"),
    lambda: _condition("items.open == " + "9" * 1900),
]

_MAKERS: list[Callable[[Random], str | bytes]] = [_mutant, _noise, _soup, _bomb]
_MUTATIONS: list[Callable[[Random, str], str]] = [
    _drop,
    _cut,
    _insert,
    _word_for_word,
    _word_for_word,
    _word_for_word,
    _lines,
    _lines,
    _grafted,
]
