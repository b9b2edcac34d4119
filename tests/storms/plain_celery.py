"""Refunds by plain Celery at its best practice, for comparison with the protocol of Redress.

- the refund is a row, committed before its task is published; the publisher is never killed
- `acks_late` and `reject_on_worker_lost`, prefetch 1, a visibility timeout far above the task's
- the task looks first whether its refund is paid already, and writes so as soon as it is
- it retries by itself with back-off when the provider cannot be reached or cuts it off
- REFUND_KEY=fresh: a new idempotency key for each call, as the providers' SDKs do when the
  program gives none; REFUND_KEY=stable: the refund's own, which Celery knows nothing of
"""

import os
import uuid

import httpx
import psycopg
from celery import Celery

QUEUE = "plain"
VISIBILITY_SECONDS = 10
TABLE = """
CREATE TABLE plain_refunds (
    id bigint PRIMARY KEY, amount bigint NOT NULL, paid_at timestamptz, provider_reference text
)
"""

app = Celery("plain", broker=os.environ.get("REDIS_URL"))
app.conf.update(
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
    result_backend=None,
    task_acks_late=True,
    task_default_queue=QUEUE,
    task_ignore_result=True,
    task_reject_on_worker_lost=True,
    task_serializer="json",
    worker_prefetch_multiplier=1,
)


@app.task(  # type: ignore[untyped-decorator]  # celery has no types
    name="plain.refund",
    autoretry_for=(httpx.HTTPError, psycopg.OperationalError),
    retry_backoff=1,
    retry_backoff_max=4,
    retry_jitter=True,
    max_retries=20,
)
def refund(refund_id: int) -> None:
    """Pay one refund, unless its row says that it is paid."""
    with psycopg.connect(os.environ["PLAIN_DATABASE_URL"], autocommit=True) as connection:
        row = connection.execute(
            "SELECT amount, paid_at FROM plain_refunds WHERE id = %s", (refund_id,)
        ).fetchone()
        if row is None or row[1] is not None:
            return
        stable = os.environ["REFUND_KEY"] == "stable"
        answer = httpx.post(
            f"{os.environ['SANDBOX_URL']}/refunds",
            headers={"Idempotency-Key": f"refund-{refund_id}" if stable else str(uuid.uuid4())},
            json={
                "payment": f"payment-{refund_id}",
                "amount": row[0],
                "currency": "EUR",
                "reference": f"refund-{refund_id}",
            },
            timeout=5,
            trust_env=False,
        )
        answer.raise_for_status()
        connection.execute(
            "UPDATE plain_refunds SET paid_at = now(), provider_reference = %s WHERE id = %s",
            (answer.json()["id"], refund_id),
        )
