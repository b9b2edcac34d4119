"""Orders: the list and one order."""

from web.orders.views import blueprint

__all__ = ["blueprint"]
