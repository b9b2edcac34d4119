"""The sandbox: a payment provider in a process of its own, with its own ledger and faults."""
