"""Letters kept as files, where MAIL_URL is a folder: in trials nobody is written to."""

from web.letters.views import blueprint

__all__ = ["blueprint"]
