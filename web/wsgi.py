"""The application that gunicorn serves: `web.wsgi:app`, built from the environment."""

import atexit

from config.bootstrap import build
from config.settings import load
from config.watching import Watch
from web.app import create_app

redress = build(load())
app = create_app(redress)

# `redress web` imports this in each of gunicorn's workers, after the fork.
watch = Watch(redress.settings, redress.sessions, redress.rules, "web")
watch.begin()
atexit.register(watch.end)
