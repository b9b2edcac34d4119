"""An extension whose effects are poison for whoever carries them out."""

import ctypes
import time
from typing import cast

from claims.extending import Effect, EffectRun, Extension
from claims.outside import Done, Outcome


def segfault(_run: EffectRun) -> Outcome:
    ctypes.string_at(0)
    return Done("never")


def hang(_run: EffectRun) -> Outcome:
    while True:
        time.sleep(1)


def eat_memory(_run: EffectRun) -> Outcome:
    eaten = []
    while True:
        eaten.append(bytearray(32 * 1024 * 1024))


def talk_nonsense(_run: EffectRun) -> Outcome:
    return cast(Outcome, "a teapot")


EXTENSION = Extension(
    name="poison",
    effects={
        f"poison.{name}": Effect(carry_out, about, is_repeatable=True)
        for name, carry_out, about in (
            ("segfault", segfault, "ends its process"),
            ("hang", hang, "never comes back"),
            ("memory", eat_memory, "eats all memory"),
            ("nonsense", talk_nonsense, "answers what is no outcome"),
        )
    },
)

KINDS = tuple(name.removeprefix("poison.") for name in EXTENSION.effects)

WORKFLOW = """
workflow: item-poison
subject: item
label: Poison
initial: reported

states:
  reported: {{ label: Reported, tone: owed, waits-for: agent }}
  poisoned: {{ label: Poisoned, tone: bad, waits-for: agent }}
  over:     {{ label: Over, tone: bad, final: bad }}

effects:
{effects}

events:
{events}
  give-up:
    label: Give up
    by: [agent, lead]
  withdraw:
    label: Withdrawn with the reclamation
    from: reclamation

transitions:
{lines}
  - {{ from: [reported, poisoned], event: give-up,  to: over, send-reclamation: item-settled }}
  - {{ from: [reported, poisoned], event: withdraw, to: over, send-reclamation: item-settled }}
""".format(
    effects="\n".join(f"  {kind}:\n    run: poison.{kind}" for kind in KINDS),
    events="\n".join(
        f"  take-{kind}:\n    label: Take {kind}\n    by: [agent, lead]" for kind in KINDS
    ),
    lines="\n".join(
        f"  - {{ from: reported, event: take-{kind}, to: poisoned, effect: {kind} }}"
        for kind in KINDS
    ),
)
"""A workflow in which each poison can be taken."""
