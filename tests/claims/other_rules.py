"""The shop's rules with one workflow written otherwise, for what the shop's own never does."""

from claims.reading_choices import read_choices
from claims.rules import Rules
from config.settings import PROJECT
from workflows.reading import read


def rules_with(rules: Rules, name: str, *changes: tuple[str, str]) -> Rules:
    """Rules in which each (old, new) text was replaced in one workflow's file; it must be there."""
    text = rules.definitions[name].text
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    definition = read(text, f"{name}.yaml", rules.catalogue)
    return Rules({**rules.definitions, name: definition}, rules.choices, rules.catalogue)


def limited(rules: Rules, *limits: str) -> Rules:
    """The shop's rules with these limits instead: `role: agent, per: day, amount: 50.00`."""
    text = (PROJECT / "config" / "claims.yaml").read_text(encoding="utf-8")
    before, _, after = text.partition("\nlimits:\n")
    rest = after[after.index("\nreasons:") :]
    listed = "".join(f"  - {{ {limit} }}\n" for limit in limits)
    choices = read_choices(f"{before}\nlimits:\n{listed}{rest}", "claims.yaml", rules.definitions)
    return Rules(rules.definitions, choices, rules.catalogue)
