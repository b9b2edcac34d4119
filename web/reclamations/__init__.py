"""Reclamations: the list, its export, and one reclamation with all that belongs to it."""

from web.reclamations.views import blueprint

__all__ = ["blueprint"]
