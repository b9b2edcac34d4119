"""Which function carries out which kind of effect; the kinds are those of `claims.catalogue`."""

from collections.abc import Mapping

from tasks.effects.cancelling import cancel_order
from tasks.effects.job import Handler
from tasks.effects.mails import send_return_label, write_to_customer
from tasks.effects.notices import notify_staff
from tasks.effects.orders import order_parts, order_replacement
from tasks.effects.refunds import pay_refund

HANDLERS: Mapping[str, Handler] = {
    "refund.pay": pay_refund,
    "replacement.order": order_replacement,
    "parts.order": order_parts,
    "replacement.cancel": cancel_order,
    "return-label.send": send_return_label,
    "customer.write": write_to_customer,
    "staff.notify": notify_staff,
}
