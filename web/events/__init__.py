"""Events as forms: what an event asks for, and firing it."""

from web.events.views import blueprint

__all__ = ["blueprint"]
