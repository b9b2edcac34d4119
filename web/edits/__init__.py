"""Changing what a claim says, and notes on it."""

from web.edits.views import blueprint

__all__ = ["blueprint"]
