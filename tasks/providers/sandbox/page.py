"""The page on which a person sees what the sandbox has paid."""

from html import escape

from tasks.providers.sandbox.ledger import JsonObject, Ledger

SHOWN = 200
HEADINGS = ("id", "at", "payment", "amount", "currency", "reference", "key")


def ledger_page(ledger: Ledger) -> str:
    """The latest refunds as HTML, newest first."""
    refunds = ledger.latest(SHOWN)
    rows = "\n".join(_row(refund) for refund in refunds)
    now = escape(ledger.now().isoformat()[:19])
    head = "".join(f"<th scope=col>{heading}</th>" for heading in HEADINGS)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sandbox payments</title>
<style>
  body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem; color-scheme: light dark }}
  table {{ border-collapse: collapse }} th, td {{ text-align: left; padding: .2rem .8rem .2rem 0 }}
  td.amount {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
<h1>Sandbox payments</h1>
<p>No money moves here. The clock of this provider shows {now} UTC. Amounts are in minor units.
The latest {SHOWN} refunds; <a href="/refunds">all as JSON</a>.</p>
<table><thead><tr>{head}</tr></thead><tbody>
{rows or "<tr><td colspan=7>Nothing has been refunded yet.</td></tr>"}
</tbody></table></html>
"""


def _row(refund: JsonObject) -> str:
    cells = "".join(
        f'<td class="{heading}">{escape(str(refund[heading]))}</td>' for heading in HEADINGS
    )
    return f"<tr>{cells}</tr>"
