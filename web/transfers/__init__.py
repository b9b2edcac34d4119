"""Refunds by bank transfer: the list for finance, and the files for the bank."""

from web.transfers.views import blueprint

__all__ = ["blueprint"]
