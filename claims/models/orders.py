"""What was bought, and how it was paid. Imported, never edited here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, FetchedValue, ForeignKey, Index, UniqueConstraint, desc
from sqlalchemy.orm import Mapped, mapped_column, relationship

from claims.models.base import Base, Currency, Key, Minor, Moment

if TYPE_CHECKING:
    from claims.models.reclamations import Reclamation
    from claims.models.refunds import Refund


class Shop(Base):
    __tablename__ = "shops"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    currency: Mapped[Currency]


class BusinessUnit(Base):
    __tablename__ = "business_units"
    __table_args__ = (UniqueConstraint("shop_id", "code"),)

    id: Mapped[Key]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    code: Mapped[str]
    name: Mapped[str]

    shop: Mapped[Shop] = relationship()


class Order(Base):
    """One order with the customer as he was then; `kind` tells a sale from an order we made.

    A replacement, exchange or parts order is a new order whose `origin_reclamation_id` leads
    back to the reclamation that asked for it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop_id", "number"),
        CheckConstraint("kind in ('sale', 'replacement', 'exchange', 'parts')", name="kind"),
        CheckConstraint(
            "shipping_refund_held between 0 and shipping_paid", name="shipping_refund_within_paid"
        ),
        CheckConstraint(
            "shipping_refund_tax_held between 0 and shipping_tax",
            name="shipping_refund_tax_within_tax",
        ),
        CheckConstraint("goodwill_held between 0 and total_paid", name="goodwill_within_total"),
        Index("ix_orders_newest", desc("placed_at"), desc("id")),
        Index("ix_orders_customer", "shop_id", "customer_number"),
        Index(
            "ix_orders_words",
            "number",
            "customer_name",
            "customer_email",
            postgresql_using="gin",
            postgresql_ops={
                "number": "gin_trgm_ops",
                "customer_name": "gin_trgm_ops",
                "customer_email": "gin_trgm_ops",
            },
        ),
    )

    id: Mapped[Key]
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))
    business_unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("business_units.id"), index=True
    )
    number: Mapped[str]
    kind: Mapped[str] = mapped_column(default="sale", server_default="sale")
    status: Mapped[str] = mapped_column(default="complete", server_default="complete")
    currency: Mapped[Currency]
    placed_at: Mapped[Moment]
    customer_number: Mapped[str] = mapped_column(default="", server_default="")
    customer_name: Mapped[str] = mapped_column(default="", server_default="")
    customer_email: Mapped[str] = mapped_column(default="", server_default="")
    customer_address: Mapped[str] = mapped_column(default="", server_default="")
    shipping_paid: Mapped[Minor] = mapped_column(default=0, server_default="0")
    shipping_tax: Mapped[Minor] = mapped_column(default=0, server_default="0")
    total_paid: Mapped[Minor]
    """Goods and shipping with tax: what all payments together captured."""
    shipping_refund_held: Mapped[Minor] = mapped_column(
        default=0, server_default="0", server_onupdate=FetchedValue()
    )
    """Kept by a trigger from `refund_lines`; never written by the program."""
    shipping_refund_tax_held: Mapped[Minor] = mapped_column(
        default=0, server_default="0", server_onupdate=FetchedValue()
    )
    goodwill_held: Mapped[Minor] = mapped_column(
        default=0, server_default="0", server_onupdate=FetchedValue()
    )
    """Given beyond what was paid for the goods; kept by a trigger as well."""
    origin_reclamation_id: Mapped[int | None] = mapped_column(
        ForeignKey("reclamations.id", use_alter=True), index=True
    )
    origin_item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id", use_alter=True))
    origin_effect_id: Mapped[int | None] = mapped_column(
        ForeignKey("effects.id", use_alter=True), unique=True
    )

    shop: Mapped[Shop] = relationship()
    business_unit: Mapped[BusinessUnit | None] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.position"
    )
    payments: Mapped[list[Payment]] = relationship(
        back_populates="order", order_by="Payment.position"
    )
    reclamations: Mapped[list[Reclamation]] = relationship(
        back_populates="order",
        foreign_keys="Reclamation.order_id",
        order_by="Reclamation.id",
    )
    refunds: Mapped[list[Refund]] = relationship(back_populates="order", order_by="Refund.id")
    origin_reclamation: Mapped[Reclamation | None] = relationship(
        back_populates="new_orders", foreign_keys=[origin_reclamation_id]
    )


class OrderLine(Base):
    """A quantity of one product; `paid` is what the customer really paid, with tax."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("paid >= 0", name="paid_not_negative"),
        CheckConstraint("tax between 0 and paid", name="tax_within_paid"),
        CheckConstraint("refund_held between 0 and paid", name="refund_within_paid"),
        CheckConstraint("refund_tax_held between 0 and tax", name="refund_tax_within_tax"),
        Index("ix_order_lines_sku", "sku"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[Minor]
    """The price asked for one piece, before discounts."""
    discount: Mapped[Minor] = mapped_column(default=0, server_default="0")
    """Of the whole line, its share of order discounts included; not negative."""
    tax: Mapped[Minor] = mapped_column(default=0, server_default="0")
    """Contained in `paid`."""
    tax_rate: Mapped[int | None]
    """In hundredths of a percent: 1900 is 19 %."""
    paid: Mapped[Minor]
    delivered_at: Mapped[Moment | None]
    status: Mapped[str] = mapped_column(default="delivered", server_default="delivered")
    refund_held: Mapped[Minor] = mapped_column(
        default=0, server_default="0", server_onupdate=FetchedValue()
    )
    """Asked for, under way and refunded; kept by a trigger from `refund_lines`."""
    refund_tax_held: Mapped[Minor] = mapped_column(
        default=0, server_default="0", server_onupdate=FetchedValue()
    )
    """The tax contained in it."""

    order: Mapped[Order] = relationship(back_populates="lines")


class Payment(Base):
    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("provider", "reference"),
        CheckConstraint("captured >= 0", name="captured_not_negative"),
        CheckConstraint("refund_held between 0 and captured", name="refund_within_captured"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    provider: Mapped[str]
    """A name from the table of providers, such as `sandbox`; `outside` where Redress cannot pay."""
    method: Mapped[str] = mapped_column(default="", server_default="")
    reference: Mapped[str]
    captured: Mapped[Minor]
    currency: Mapped[Currency]
    paid_at: Mapped[Moment | None]
    """When the money was taken; None where nobody said, and the order's own time stands for it."""
    refund_held: Mapped[Minor] = mapped_column(
        default=0, server_default="0", server_onupdate=FetchedValue()
    )
    """Kept by a trigger from `refund_shares`."""

    order: Mapped[Order] = relationship(back_populates="payments")
