"""Refunds by bank transfer, which people make."""
