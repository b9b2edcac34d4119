"""Words for people and tones of effects: what is done, how it stands, what was heard."""

from claims.models import Attempt, Effect
from web.badges import Badge

KINDS = {
    "refund.pay": "Pay the refund",
    "replacement.order": "Make the new order",
    "parts.order": "Order the parts",
    "replacement.cancel": "Cancel the new order",
    "return-label.send": "Send the return label",
    "customer.write": "Write to the customer",
    "staff.notify": "Tell the staff",
}

STATUSES = {
    "waiting": Badge("Under way", "elsewhere"),
    "done": Badge("Done", "good"),
    "refused": Badge("Refused", "bad"),
    "unknown": Badge("Unknown", "owed"),
    "stopped": Badge("Stopped", "bad"),
}

RESULTS = {
    None: Badge("No answer", "owed"),
    "done": Badge("Done", "good"),
    "refused": Badge("Refused", "bad"),
    "not-begun": Badge("Not begun", "elsewhere"),
    "unknown": Badge("Unknown", "owed"),
    "absent": Badge("Not there", "elsewhere"),
}
"""What came back of an attempt."""

ACTIONS = {"call": "Called", "look-up": "Looked up"}


def what(effect: Effect) -> str:
    """What the effect does, and which letter where it is one."""
    said = KINDS.get(effect.kind, effect.kind)
    letter = effect.request.get("with", {}).get("letter")
    return f"{said}: {letter.replace('-', ' ')}" if letter else said


def standing(effect: Effect) -> Badge:
    return STATUSES[effect.status]


def action(attempt: Attempt) -> str:
    return ACTIONS.get(attempt.action, attempt.action)


def result(attempt: Attempt) -> Badge:
    return RESULTS[attempt.result]


def heard(attempt: Attempt) -> str:
    """What the provider said to it, in its own words as far as it used any."""
    answer = attempt.answer
    said = answer.get("sentence") or answer.get("reference")
    return str(said or "")
