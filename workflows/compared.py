"""Which constants each name of a condition is compared with, read without working anything out.

A condition is plain when it only joins comparisons of names with names and constants (&&, ||, !,
brackets, `in` a list). Of such a condition a few values around its constants tell everything, so
that the proofs may say "never". Of any other they only say what they have seen.
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?)"
    r"|(?P<text>'[^'\\]*'|\"[^\"\\]*\")"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<sign>&&|\|\||[<>=!]=|[<>!()\[\],-]))"
)
_COMPARES = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_WORDS = {"in": "sign", "true": "yes-no", "false": "yes-no"}
_DEEPEST = 40

Constant = float | str
Token = tuple[str, Constant]


@dataclass(slots=True)
class Compared:
    """What stands beside what in one condition."""

    is_plain: bool = True
    constants: dict[str, set[Constant]] = field(default_factory=dict)
    """For each name the numbers and texts that it is compared with."""
    pairs: set[tuple[str, str]] = field(default_factory=set)
    """Names that are compared with each other."""
    loose: set[Constant] = field(default_factory=set)
    """Every constant, whatever it is compared with."""


class _NotPlain(Exception):
    pass


def compared(condition: str) -> Compared:
    """What a condition, which CEL has found sound, compares."""
    tokens, found = _tokens(condition), Compared()
    try:
        reader = _Reader(tokens, found)
        reader.either()
        reader.end()
    except _NotPlain:
        found.is_plain = False
    found.loose = {value for kind, value in tokens if kind == "constant"}
    return found


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    text = text.rstrip()
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        at = match.end() if match else at + 1
        if match is None:
            tokens.append(("strange", ""))
        elif match["number"]:
            is_negative = tokens[-1:] == [("sign", "-")] and _begins_value(tokens[:-1])
            if is_negative:
                tokens.pop()
            tokens.append(("constant", float(match["number"]) * (-1 if is_negative else 1)))
        elif match["text"]:
            tokens.append(("constant", match["text"][1:-1]))
        elif match["name"]:
            tokens.append((_WORDS.get(match["name"], "name"), match["name"]))
        else:
            tokens.append(("sign", match["sign"]))
    return tokens


def _begins_value(before: list[Token]) -> bool:
    """Whether a minus behind these denies a number, rather than taking it from another."""
    return not before or (before[-1][0] == "sign" and before[-1][1] not in {")", "]"})


class _Reader:
    """Goes through the tokens of a plain condition once; anything else raises _NotPlain."""

    def __init__(self, tokens: list[Token], found: Compared) -> None:
        self._tokens, self._found = tokens, found
        self._at = self._depth = 0

    def either(self) -> None:
        self._all()
        while self._takes("||"):
            self._all()

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise _NotPlain

    def _all(self) -> None:
        self._one()
        while self._takes("&&"):
            self._one()

    def _one(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _NotPlain
        if self._takes("!"):
            self._one()
        elif self._takes("("):
            self.either()
            self._needs(")")
        else:
            self._comparison()
        self._depth -= 1

    def _comparison(self) -> None:
        left = self._operand()
        kind, sign = self._next()
        if kind != "sign" or sign not in _COMPARES:
            return
        self._at += 1
        both = [*left, *self._operand()]
        names = [str(value) for kind, value in both if kind == "name"]
        if len(names) > 2:
            raise _NotPlain
        for name in names:
            constants = self._found.constants.setdefault(name, set())
            constants.update(value for kind, value in both if kind == "constant")
        if len(names) == 2:
            self._found.pairs.add((names[0], names[1]))

    def _operand(self) -> list[Token]:
        if self._takes("["):
            listed = self._single()
            while self._takes(","):
                listed += self._single()
            self._needs("]")
            return listed
        return self._single()

    def _single(self) -> list[Token]:
        token = self._next()
        if token[0] not in {"name", "constant", "yes-no"}:
            raise _NotPlain
        self._at += 1
        if token[0] == "name":
            self._found.constants.setdefault(str(token[1]), set())
        return [token]

    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _takes(self, sign: str) -> bool:
        if self._next() != ("sign", sign):
            return False
        self._at += 1
        return True

    def _needs(self, sign: str) -> None:
        if not self._takes(sign):
            raise _NotPlain
