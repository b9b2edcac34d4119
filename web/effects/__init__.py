"""What operators look at: effects and incidents."""

from web.effects.views import blueprint

__all__ = ["blueprint"]
