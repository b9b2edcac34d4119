"""A worker or sweeper that knows that Stripe's keys are of no use here.

`python -m tests.storms.keyless sweep`, or `… worker` with arguments for Celery. Two things are
told to it: what the adapter declares, and for how long a request may be on its way, which on the
storm's line is seconds (ON_ITS_WAY_SECONDS) and not a quarter of an hour.
"""

import os
import runpy
import sys
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

from config.settings import Settings
from tasks.effects import next_step
from tasks.providers.port import Provider
from tasks.providers.stripe.adapter import ABILITIES, Stripe
from tasks.providers.table import PROVIDERS, Factory


def _stripe(settings: Settings) -> Provider | None:
    assert settings.stripe_api_key is not None
    abilities = replace(ABILITIES, key_lifetime=None)
    return Stripe(settings.stripe_api_key, settings.stripe_api_base, abilities)


if __name__ == "__main__":
    next_step.IN_FLIGHT = timedelta(seconds=float(os.environ["ON_ITS_WAY_SECONDS"]))
    cast("MutableMapping[str, Factory]", PROVIDERS)["stripe"] = _stripe
    if sys.argv[1] == "worker":
        sys.argv[1:2] = ["-A", "tasks.app", "worker"]
        runpy.run_module("celery", run_name="__main__", alter_sys=True)
    else:
        from tasks import sweep

        sys.exit(sweep.main())
