"""localstripe with a book of its own on the disk, which outlives kill -9.

`python -m tests.storms.stripe_on_disk PORT FILE`. By itself localstripe writes to one file that
all of its kind share, in place and before a refund is whole. Here what a request did is on the
disk as a whole before it is answered, as at Stripe; nothing else of it is changed.
"""

import os
import pickle
import sys
from pathlib import Path

from aiohttp import web
from localstripe import resources
from localstripe.server import app


def keep_in(book: Path) -> None:
    """Read the book where there is one, and write it after each request (`save_store`)."""

    def write(store: resources.Store) -> None:
        draft = book.with_suffix(".draft")
        draft.write_bytes(pickle.dumps(store, protocol=pickle.HIGHEST_PROTOCOL))
        os.replace(draft, book)

    resources.Store.dump_to_disk = write
    resources.Store.__setitem__ = dict.__setitem__
    resources.Store.__delitem__ = dict.__delitem__
    if book.exists():
        resources.store.update(pickle.loads(book.read_bytes()))


if __name__ == "__main__":
    keep_in(Path(sys.argv[2]))
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None)
