"""Filing a new reclamation on an order."""

from web.claiming.views import blueprint

__all__ = ["blueprint"]
