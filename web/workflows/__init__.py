"""Workflows as they are used: versions, drawings, tables, and how many cases stand where."""
