"""What differs between the providers' refunds and ours, and what to do about it."""

from web.reconciliation.views import blueprint

__all__ = ["blueprint"]
