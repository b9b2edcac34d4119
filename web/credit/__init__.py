"""Store credit: what customers have, and how it came about."""

from web.credit.views import blueprint

__all__ = ["blueprint"]
