"""Fills the sample shop at the first start."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from config.local import signins
from config.settings import Settings


def fill_once(settings: Settings, say: Callable[[str], None]) -> None:
    """Fill the sample shop where there is no order yet, and keep its sign-ins."""
    if _has_orders(settings.database_url):
        return
    say("Filling the sample shop; this happens once …")
    _mark(settings.data_dir).touch()
    from config import bootstrap, sample  # noqa: PLC0415 (later starts need neither)

    redress = bootstrap.build(settings)
    try:
        signins.keep(settings.data_dir, sample.fill(redress))
    finally:
        redress.engine.dispose()
    _mark(settings.data_dir).unlink()


def was_cut_short(data_dir: Path) -> bool:
    """Whether an earlier start was stopped in mid-filling, so that half a shop is there."""
    return _mark(data_dir).exists()


def _mark(data_dir: Path) -> Path:
    return data_dir / "sample-shop-begun"


def _has_orders(database_url: str) -> bool:
    engine = create_engine(database_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM orders)")))
    finally:
        engine.dispose()
