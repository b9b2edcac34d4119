"""Whole numbers that people type, or that stand in forms."""

MOST_DIGITS = 18
"""Every number of so many digits fits into a bigint."""


def whole(text: str) -> int | None:
    """The number, or None where the text is none that could be meant."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def wholes(texts: list[str]) -> list[int]:
    """The numbers among the texts."""
    return [number for text in texts if (number := whole(text)) is not None]
