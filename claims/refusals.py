"""Why something was not done, in sentences that a person can act on."""

from collections.abc import Mapping, Sequence


class Refused(Exception):
    """Nothing was done. `reasons` are whole sentences; the transaction is to be rolled back."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = tuple(reasons)


class NotFound(Refused):
    """What was named does not exist."""


class NotAllowed(Refused):
    """The one who asked holds none of the roles that may."""


class InvalidInput(Refused):
    """Fields of a form are wrong; `fields` has a sentence for each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(*fields.values())
        self.fields = dict(fields)


class Stale(Refused):
    """The case has changed since the form was shown; `changes` says how."""

    def __init__(self, changes: Sequence[str]) -> None:
        super().__init__("This case has changed since you opened the form.", *changes)
        self.changes = tuple(changes)
