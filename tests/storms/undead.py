"""A sweeper whose watchdog sleeps, so that the fence alone has to hold.

With its watchdog a worker that was stopped past its lease ends itself as soon as it wakes in a
call, and writes nothing at all.
"""

import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

from tasks import sweep
from tasks.watchdog import Watchdog


def _sleep(_watchdog: Watchdog, _limit: timedelta) -> AbstractContextManager[None]:
    return nullcontext()


if __name__ == "__main__":
    Watchdog.within = _sleep  # type: ignore[method-assign] # it is another one's program
    sys.exit(sweep.main())
