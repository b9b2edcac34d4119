"""Proofs about effects that cannot be looked up: somebody has to hear that nobody knows."""

from workflows.draft import Draft


def prove_effects(draft: Draft) -> None:
    """What can neither be looked up nor done again handles `unknown`, and is not repeated."""
    for effect in draft.effects.values():
        kind = draft.catalogue.effects[effect.run]
        if kind.looks_up or kind.is_repeatable:
            continue
        if effect.may_repeat:
            draft.findings.add(
                "repeat-in-the-dark",
                effect.place,
                f"{effect.name} may repeat {effect.run}, but whether it took hold before cannot "
                "be looked up, and done again it does harm.",
                "Remove may-repeat, or let a person decide in between.",
            )
        elif "unknown" not in effect.outcomes:
            draft.findings.add(
                "unknown-unhandled",
                effect.place,
                f"{effect.run} can be lost on the way, and nobody can look up whether it took "
                f"hold; {effect.name} names no event for it.",
                "Add unknown: to its outcomes, with an event that leads to people.",
            )
