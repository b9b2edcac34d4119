"""All tables of Redress."""

from claims.models.attachments import Attachment
from claims.models.base import Base, Json, keep
from claims.models.effects import Attempt, Deadline, Effect, Incident, Observation
from claims.models.findings import Finding
from claims.models.incarnations import Incarnation
from claims.models.journal import JournalEntry, JournalHead
from claims.models.migrations import CaseMigration
from claims.models.orders import BusinessUnit, Order, OrderLine, Payment, Shop
from claims.models.processes import RunningProcess, TakenUpFiles
from claims.models.provider_events import ProviderEvent
from claims.models.reclamations import Item, Reclamation, WorkflowVersion
from claims.models.reconciling import Discrepancy, Reconciliation
from claims.models.refunds import Refund, RefundLine, RefundShare
from claims.models.staff import (
    ImportRun,
    Letter,
    Notice,
    ReturnLabel,
    Role,
    Staff,
    WebSession,
    staff_roles,
)
from claims.models.store_credits import StoreCredit, StoreCreditAccount
from claims.models.transfers import Transfer, TransferBatch

__all__ = [
    "Attachment",
    "Attempt",
    "Base",
    "BusinessUnit",
    "CaseMigration",
    "Deadline",
    "Discrepancy",
    "Effect",
    "Finding",
    "ImportRun",
    "Incarnation",
    "Incident",
    "Item",
    "JournalEntry",
    "JournalHead",
    "Json",
    "Letter",
    "Notice",
    "Observation",
    "Order",
    "OrderLine",
    "Payment",
    "ProviderEvent",
    "Reclamation",
    "Reconciliation",
    "Refund",
    "RefundLine",
    "RefundShare",
    "ReturnLabel",
    "Role",
    "RunningProcess",
    "Shop",
    "Staff",
    "StoreCredit",
    "StoreCreditAccount",
    "TakenUpFiles",
    "Transfer",
    "TransferBatch",
    "WebSession",
    "WorkflowVersion",
    "keep",
    "staff_roles",
]
