"""Refunds: the list by status, and one refund with its split and its effect."""

from web.refunds.views import blueprint

__all__ = ["blueprint"]
