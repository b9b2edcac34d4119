"""Two small sound workflows in which each rule of the checker is shown broken and kept.

They name what the catalogue of claims has; `tests/workflows/test_rules.py` holds them to it.
"""

ITEM = """\
workflow: example-item
subject: item
label: Return and refund
initial: reported

states:
  reported: { label: Reported, waits-for: warehouse }
  received: { label: Received, waits-for: agent, tone: owed }
  asked: { label: Customer asked, waits-for: customer }
  approval: { label: Needs a second look, waits-for: lead }
  refunding: { label: Refund under way, waits-for: provider }
  unclear: { label: Refund unclear, waits-for: finance }
  refunded: { label: Refunded, final: good }
  rejected: { label: Rejected, final: bad }

effects:
  pay-refund:
    run: refund.pay
    outcomes: { done: refund-paid, refused: refund-refused, unknown: refund-unclear }
  write-refunded:
    run: customer.write
    with: { letter: refunded }

events:
  parcel-arrived:
    label: Parcel arrived
    by: [warehouse, lead]
    input:
      received: { type: integer, label: Pieces received, min: 0, max: item.quantity }
      remark: { type: text, label: Remark, optional: true }
  skip: { label: Nothing to look at, on-enter: true }
  ask: { label: Ask the customer, by: [agent, lead] }
  no-answer: { label: No answer came, after: 14 days }
  no-parcel: { label: No parcel came, after: 30 days }
  too-long: { label: It takes too long, after: 90 days, since: opened, pauses-for: customer }
  worth-a-look: { label: Worth a second look, on-change: true }
  refund:
    label: Refund
    by: [agent, lead]
    input:
      amount: { type: money, label: Amount, min: 0.01, max: item.refundable }
  approve: { label: Approve, by: [lead], second-person: true }
  confirm-paid: { label: It was paid, by: [finance] }
  reject: { label: Reject, by: [agent, lead] }
  refund-paid: { label: Refund paid }
  refund-refused: { label: Refund refused }
  refund-unclear: { label: Refund unclear }

transitions:
  - { from: reported, event: parcel-arrived, to: received, do: item.receive }
  - { from: received, event: skip, to: approval, when: item.value > 500.0 }
  - { from: reported, event: no-parcel, to: received }
  - { from: [reported, received], event: too-long, to: rejected }
  - { from: received, event: worth-a-look, to: approval, when: item.refundable > 400.0 }
  - { from: received, event: ask, to: asked }
  - { from: asked, event: no-answer, to: rejected, send-reclamation: item-settled }
  - { from: received, event: refund, to: refunding, when: input.amount <= 50.0, effect: pay-refund }
  - { from: received, event: refund, to: approval, do: refund.propose }
  - { from: approval, event: approve, to: refunding, effect: pay-refund }
  - { from: approval, event: reject, to: rejected }
  - { from: refunding, event: refund-paid, to: refunded, effect: write-refunded }
  - { from: refunding, event: refund-refused, to: received }
  - { from: refunding, event: refund-unclear, to: unclear }
  - { from: unclear, event: refund-paid, to: refunded }
  - { from: unclear, event: refund-refused, to: received }
  - { from: unclear, event: confirm-paid, to: refunded, do: refund.confirm-paid }
  - { from: [reported, received], event: reject, to: rejected }
"""

RECLAMATION = """\
workflow: example-reclamation
subject: reclamation
label: Reclamation
initial: open
states:
  open: { label: Open, waits-for: agent }
  closed: { label: Closed, final: good, tone: closed }
events:
  item-settled: { label: Item settled, from: items }
  close: { label: Close, by: [agent, lead] }
transitions:
  - { from: open, event: item-settled, to: closed, when: items.open == 0 }
  - { from: open, event: item-settled, to: open }
  - { from: open, event: close, to: closed, when: items.open == 0 }
"""
