"""Storm 7, clicks: fifty people press at once, the same button and rival ones; one press counts.

Against real gunicorn with processes and threads. Whoever sent the form that won is told so,
however often it was sent; everybody else gets a sentence.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import psycopg
from lxml import html

from config.bootstrap import build
from tests.storms.clerks import signed_in_lead
from tests.storms.crowd import Crowd
from tests.storms.figures import Figures, Options
from tests.storms.surroundings import Surroundings, surrounded

ROUNDS, PRESSES = 200, 50
RIVALS = ("refund", "refund", "refund", "reject", "reject")
"""The forms that are opened in each round, each with a token of its own."""
WON, TOO_LATE = 302, 409

AFTER = """
    SELECT i.version, i.state,
           (SELECT count(*) FROM journal j WHERE j.item_id = i.id AND j.kind = 'event'),
           (SELECT count(*) FROM effects e WHERE e.item_id = i.id AND e.kind = 'refund.pay')
    FROM items i JOIN reclamations r ON r.id = i.reclamation_id WHERE r.number = %s
"""


@dataclass(frozen=True, slots=True)
class Form:
    """A form as one person has it open."""

    address: str
    event: str
    data: dict[str, str]


@dataclass(slots=True)
class Clicked:
    """What came of it."""

    rounds: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    won_by: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def run(options: Options) -> Figures:
    rounds = options.kills or ROUNDS
    with surrounded(quiet=True, broker=False) as around:
        around.add("web", "web", "--workers", "2", "--threads", "4")
        around.start("web")
        clicked = rage(around, options.dice(), rounds, PRESSES)
    return Figures(
        "clicks",
        {
            "rounds": clicked.rounds,
            "posts in each": PRESSES,
            "won": ", ".join(f"{count} {event}" for event, count in clicked.won_by.items()),
            "answers": ", ".join(f"{n} × {code}" for code, n in sorted(clicked.answers.items())),
            "5xx": sum(n for code, n in clicked.answers.items() if code >= 500),
            "slowest answer": f"{clicked.slowest:.1f} s",
        },
        clicked.violations,
    )


def rage(around: Surroundings, dice: random.Random, rounds: int, presses: int) -> Clicked:
    """Each round is an item of its own, with the same forms opened and all sent at once."""
    redress = build(around.settings)
    crowd = Crowd(around, redress, dice, prefix="F")
    crowd.file(rounds)
    cookie = signed_in_lead(redress)
    with psycopg.connect(around.plain_url, autocommit=True) as connection:
        query = (
            "SELECT r.number FROM reclamations r JOIN orders o ON o.id = r.order_id"
            " WHERE o.number LIKE 'F-%' ORDER BY r.id"
        )
        numbers = [str(number) for (number,) in connection.execute(query)]
    redress.engine.dispose()
    clicked = Clicked()
    # In a thread of its own: in a run of all tests a browser may keep a loop in this one.
    with ThreadPoolExecutor(1) as aside:
        rounds_ = _rounds(around, dice, numbers, presses, cookie, clicked)
        aside.submit(asyncio.run, rounds_).result()
    return clicked


async def _rounds(
    around: Surroundings,
    dice: random.Random,
    numbers: Sequence[str],
    presses: int,
    cookie: str,
    clicked: Clicked,
) -> None:
    limits = httpx.Limits(max_connections=presses, max_keepalive_connections=0)
    async with httpx.AsyncClient(
        base_url=around.settings.public_url,
        cookies={"redress": cookie},
        trust_env=False,
        timeout=60,
        limits=limits,
    ) as client:
        for number in numbers:
            forms = [await _open(client, number, event) for event in RIVALS]
            sent = [dice.choice(forms) for _ in range(presses)]
            answers = await asyncio.gather(*[_send(client, form, clicked) for form in sent])
            clicked.rounds += 1
            wrong = _judge(around, number, sent, answers, clicked)
            clicked.violations += [f"{number}: {sentence}" for sentence in wrong]


async def _open(client: httpx.AsyncClient, number: str, event: str) -> Form:
    address = f"/reclamations/{number}/items/1/events/{event}"
    page = await client.get(address)
    [form] = [
        form
        for form in html.fromstring(page.text).forms
        if form.method == "POST" and not (form.action or "").endswith("/sign-out")
    ]
    data = {name: str(value) for name, value in form.form_values()}
    if event == "reject":
        data["input.reason"] = "Pressed by many."
    return Form(address, event, data)


async def _send(client: httpx.AsyncClient, form: Form, clicked: Clicked) -> httpx.Response:
    began = time.monotonic()
    answer = await client.post(form.address, data=form.data)
    clicked.slowest = max(clicked.slowest, time.monotonic() - began)
    clicked.answers[answer.status_code] += 1
    return answer


def _judge(
    around: Surroundings,
    number: str,
    sent: Sequence[Form],
    answers: Sequence[httpx.Response],
    clicked: Clicked,
) -> list[str]:
    """What is wrong with the answers of one round, and with what they left in the database."""
    wrong: list[str] = []
    pairs = list(zip(sent, answers, strict=True))
    won = {id(form) for form, answer in pairs if answer.status_code == WON}
    if len(won) != 1:
        wrong.append(f"{len(won)} forms won")
    for form, answer in pairs:
        if id(form) in won:
            if answer.status_code != WON:
                wrong.append(f"the form that won was answered {answer.status_code}, too")
        elif answer.status_code != TOO_LATE:
            wrong.append(f"{form.event} was answered {answer.status_code}")
        elif not html.fromstring(answer.text).xpath(SENTENCE):
            wrong.append(f"{form.event} was refused without a sentence")
    winner = next((form.event for form in sent if id(form) in won), "nobody")
    clicked.won_by[winner] += 1
    with psycopg.connect(around.plain_url) as connection:
        after = connection.execute(AFTER, (number,)).fetchone()
    state, refunds = ("refunding", 1) if winner == "refund" else ("rejected", 0)
    if after != (2, state, 1, refunds):
        wrong.append(f"{winner} won, and the item is {after}")
    return wrong


SENTENCE = "//*[contains(@class, 'notice')]//p[normalize-space()]"
"""Where a page says why not."""
