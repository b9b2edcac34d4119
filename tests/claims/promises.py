"""An item's workflow with every kind of clock, and events that facts set off; for tests."""

from dataclasses import replace

from claims.rules import Rules
from workflows.reading import read

PROMISE = """\
workflow: item-promise
subject: item
label: A promise of ten days
initial: reported
states:
  reported:  { label: Reported, waits-for: agent }
  asked:     { label: Customer asked, waits-for: customer }
  on-hold:   { label: On hold, waits-for: lead }
  proved:    { label: Proved, waits-for: agent }
  ready:     { label: Ready for the visit, waits-for: agent }
  visited:   { label: Visited, waits-for: agent }
  broken:    { label: Promise broken, waits-for: lead }
  settled:   { label: Settled, final: good }
events:
  ask:        { label: Ask the customer, by: [agent] }
  answered:   { label: Answer came, by: [agent] }
  hold:       { label: Put on hold, by: [agent] }
  go-on:      { label: Go on, by: [agent, lead] }
  agree:
    label: Agree on a day
    by: [agent]
    input:
      date: { type: date, label: Day }
  settle:     { label: Settle, by: [agent, lead] }
  promise:    { label: The promise, after: 10 days, since: opened, pauses-for: [customer] }
  nag:        { label: Nothing done, after: 5 business days }
  silence:    { label: No answer, after: 30 days }
  visit:      { label: The day of the visit, at: item.agreed_on }
  evidence:   { label: Evidence is here, on-change: true }
  dear:       { label: It is dear, on-change: true }
transitions:
  - { from: reported, event: ask,      to: asked, happy: true }
  - { from: reported, event: hold,     to: on-hold }
  - { from: reported, event: agree,    to: reported, do: item.agree-date }
  - { from: ready,    event: agree,    to: ready, do: item.agree-date }
  - { from: reported, event: visit,    to: visited }
  - { from: ready,    event: visit,    to: visited }
  - { from: reported, event: nag,      to: reported }
  - { from: [reported, proved, ready], event: promise, to: broken }
  - { from: reported, event: evidence, to: proved, when: item.has_evidence }
  - { from: asked,    event: evidence, to: proved, when: item.has_evidence }
  - { from: proved,   event: dear,     to: ready, when: reclamation.priority == "high" }
  - { from: asked,    event: answered, to: reported, happy: true }
  - { from: asked,    event: silence,  to: settled, send-reclamation: item-settled }
  - { from: on-hold,  event: go-on,    to: reported }
  - from: [reported, proved, ready, visited, broken]
    event: settle
    to: settled
    send-reclamation: item-settled
    happy: true
"""


def rules_with_lines(rules: Rules, event: str, **changes: str) -> Rules:
    """The same with the lines of one event written otherwise, whatever a checker says of it."""
    sound = rules_of(rules, PROMISE).definitions["item-promise"]
    lines = tuple(
        replace(line, **changes) if line.event == event else line for line in sound.transitions
    )
    unsound = replace(sound, transitions=lines, hash=f"{event} otherwise")
    return Rules({**rules.definitions, sound.name: unsound}, rules.choices, rules.catalogue)


def rules_of(rules: Rules, *texts: str) -> Rules:
    """The shop's rules with more workflows beside its own."""
    more = [read(text, "promises.yaml", rules.catalogue) for text in texts]
    found = {definition.name: definition for definition in more}
    return Rules({**rules.definitions, **found}, rules.choices, rules.catalogue)
