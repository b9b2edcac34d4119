"""Words to whoever holds a role, until somebody has seen them."""

from web.notices.views import blueprint

__all__ = ["blueprint"]
