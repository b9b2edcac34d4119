"""What each key of a workflow file means, as editors show it."""

TOP = {
    "workflow": "The name: small letters, digits and hyphens.",
    "subject": "What goes through this workflow.",
    "language": "The language of its plain labels, such as de; en where it is left out.",
    "label": "The name for people.",
    "initial": "The state in which a case begins.",
    "include": "Parts of the folder parts/, each under a prefix for its names.",
    "states": "Where a case can be.",
    "effects": "What may be asked for in the outside world, under names of this file.",
    "events": "What can happen, and who may make it happen.",
    "transitions": "The table: for a state and an event the first line whose condition holds.",
}
INCLUDE = {
    "part": "The name of the part: its file is parts/NAME.yaml.",
    "exits": "To which state of this workflow each exit of the part leads.",
}
STATE = {
    "label": "The name for people.",
    "final": "The case ends here, well or badly; nothing leads out.",
    "waits-for": "Who is waited for: a role, customer, provider, …; shown, and filtered by.",
    "tone": "The colour; otherwise it follows from the rest.",
    "flags": "Free words for lists and filters.",
}
EFFECT = {
    "run": "The effect of the catalogue.",
    "outcomes": "Which event a worker fires at each end.",
    "with": "Settings of the effect.",
    "may-repeat": "It may be asked for again after it took hold, such as a refund in two parts.",
}
OUTCOME = {
    "done": "It took hold.",
    "refused": "It surely did not take hold.",
    "unknown": "Nobody knows; the truth may still come.",
}
EVENT = {
    "label": "The words on the button and in the journal.",
    "by": "People with one of these roles may fire it.",
    "after": "The clock fires it, so long after the state was entered.",
    "at": "The clock fires it at this date: an expression over the facts.",
    "since": "From when the clock counts: the state was entered, or the case was opened.",
    "pauses-for": "With since: opened, the clock stands still in states that wait for these.",
    "on-enter": "The engine fires it at once on entering a state that has a line for it.",
    "on-change": "The engine fires it when facts of the case changed and the condition holds.",
    "from": "The reclamation fires it at its items, or an item at its reclamation.",
    "second-person": "Not by the person who moved the case last.",
    "confirm": "A text to be confirmed first.",
    "input": "The form: fields that conditions see as input.NAME.",
}
INPUT = {
    "type": "What is typed in.",
    "label": "The name for people.",
    "optional": "It may be left empty.",
    "min": "The least: a number, or an expression over the facts such as item.quantity.",
    "max": "The most: a number, or an expression over the facts such as item.refundable.",
    "default": "What stands there at first: an expression, or an option.",
    "of": "What can be chosen.",
}
LINE = {
    "from": "The state, or a list of states.",
    "event": "The event that takes this line.",
    "to": "The state it leads to.",
    "when": "The condition: CEL over facts and input.NAME, or a condition of the catalogue. "
    "Without it the line is the else.",
    "refusal": "What a person reads where the condition does not hold.",
    "happy": "Drawn bold: the way it should go.",
    "do": "Commands, run in the event's own transaction.",
    "effect": "Effects of this file, carried out by a worker.",
    "send-items": "An event fired at every unfinished item; all must take it.",
    "send-reclamation": "An event fired at the item's reclamation.",
}
