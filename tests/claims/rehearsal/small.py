"""A small item workflow with one of everything that tests can reach, and rules that have it."""

from claims.rules import Rules
from workflows.reading import read

SMALL = """\
workflow: item-small
subject: item
label: Small
initial: begun

states:
  begun:    { label: Begun }
  reported: { label: Reported, waits-for: agent }
  ordering: { label: Ordering, waits-for: warehouse }
  late:     { label: Late,     waits-for: agent }
  sent:     { label: Sent,     final: good }
  lost:     { label: Lost,     final: bad }

effects:
  order-again:
    run: replacement.order
    with: { kind: replacement }
    outcomes: { done: ordered, refused: not-to-be-had }

events:
  begin: { label: Begin, on-enter: true }
  seen:  { label: Seen, on-change: true }
  order:
    label: Order
    by: [agent]
    input:
      pieces: { type: integer, label: Pieces, min: 1, max: item.quantity, default: item.quantity }
  give-up:
    label: Give up
    by: [agent, lead]
    input:
      photo: { type: file, label: Photo, of: [image], optional: true }
  nobody-came:   { label: Nobody came, after: 2 business days }
  ordered:       { label: Ordered }
  not-to-be-had: { label: Not to be had }
  withdraw:      { label: Withdrawn with the reclamation, from: reclamation }

transitions:
  - { from: begun,    event: begin, to: reported }
  - { from: reported, event: order, to: ordering, when: input.pieces <= 3, effect: order-again }
  - { from: reported, event: order, to: late,     when: item.value > 100.0 }
  - { from: reported, event: nobody-came,   to: late }
  - { from: reported, event: seen,          to: late, when: has-evidence }
  - { from: ordering, event: ordered,       to: sent, send-reclamation: item-settled }
  - { from: ordering, event: not-to-be-had, to: late }
  - { from: late,     event: give-up,       to: lost, send-reclamation: item-settled }
  - { from: [reported, late], event: withdraw, to: lost, send-reclamation: item-settled }
"""


def with_small(rules: Rules) -> Rules:
    """The shop's rules and the small workflow, to which no reason leads."""
    small = read(SMALL, "item-small.yaml", rules.catalogue)
    return Rules({**rules.definitions, small.name: small}, rules.choices, rules.catalogue)
