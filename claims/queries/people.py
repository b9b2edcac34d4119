"""Shops, business units and staff to choose from."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from claims.models import BusinessUnit, Shop, Staff


def shops(session: Session) -> Sequence[Shop]:
    return session.scalars(select(Shop).order_by(Shop.name)).all()


def business_units(session: Session) -> Sequence[BusinessUnit]:
    """All of them, each with its shop."""
    return session.scalars(
        select(BusinessUnit)
        .join(BusinessUnit.shop)
        .options(joinedload(BusinessUnit.shop))
        .order_by(Shop.name, BusinessUnit.name)
    ).all()


def active_staff(session: Session) -> Sequence[Staff]:
    """Whoever can be given work, by name."""
    return session.scalars(select(Staff).where(Staff.active).order_by(Staff.name, Staff.id)).all()
