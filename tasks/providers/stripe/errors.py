"""What an error of Stripe's means for what has to be done next.

Only what is surely refused or surely not begun is called so. A key that is in use (409) is not
answered: its first request may still be at work.
"""

import stripe

from claims.outside import NotBegun, Outcome, Refused, Unknown
from tasks.providers.port import CannotTell
from tasks.providers.stripe.http import CutOff, NotReached

SHUT_SECONDS = 300.0
"""How long to wait where only a person can open the door again."""


def sorted_error(wrong: Exception) -> Outcome:
    """The outcome of a refund that was asked for and answered with this."""
    outcome: Outcome
    match wrong:
        case NotReached():
            outcome = NotBegun(said(wrong))
        case stripe.RateLimitError():
            outcome = NotBegun("Stripe has too many requests.", wait_seconds=_retry_after(wrong))
        case stripe.AuthenticationError() | stripe.PermissionError():
            word = f"Stripe does not take our key: {said(wrong)} Put STRIPE_API_KEY right."
            outcome = NotBegun(word, wait_seconds=SHUT_SECONDS, tell_person=True)
        case stripe.IdempotencyError():
            word = f"The key was used for something else: {said(wrong)} Compare with Stripe."
            outcome = Unknown(word, answered=True, for_person=True)
        case stripe.CardError() | stripe.InvalidRequestError():
            told = {"code": wrong.code or "", "request": wrong.request_id or ""}
            outcome = Refused(said(wrong), told)
        case CutOff():
            outcome = Unknown(said(wrong))
        case stripe.StripeError():
            # Kept under the key, though Stripe may go on with it: what became of it is to be looked
            # up (docs.stripe.com/error-low-level, server errors). What a gateway says is not kept.
            is_stripes_own = wrong.http_status == 500 and wrong.error is not None
            outcome = Unknown(f"Stripe answered {wrong.http_status}.", answered=is_stripes_own)
        case _:
            outcome = Unknown(f"Stripe answered in a way nobody can read: {wrong!r}.")
    return outcome


def cannot_tell(wrong: Exception) -> CannotTell:
    """A look-up that was answered with this."""
    match wrong:
        case stripe.StripeError():
            return CannotTell(f"Stripe could not be asked: {said(wrong)}")
        case _:
            return CannotTell(f"Stripe answered in a way nobody can read: {wrong!r}.")


def said(wrong: stripe.StripeError) -> str:
    text = (wrong.user_message or f"error {wrong.http_status}").strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _retry_after(wrong: stripe.StripeError) -> float | None:
    text = (wrong.headers or {}).get("retry-after", "")
    return float(text) if text.isdecimal() else None
