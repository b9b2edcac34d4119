"""What payment providers send us by themselves: signed, kept once, followed by a worker."""

from web.webhooks.views import blueprint, install

__all__ = ["blueprint", "install"]
