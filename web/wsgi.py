"""The application that gunicorn serves: `web.wsgi:app`, built from the environment."""

import atexit

from config.bootstrap import build
from config.last_good import rules_at_start
from config.settings import load
from config.watching import Watch
from web.app import create_app

settings = load()
redress = build(settings, rules_at_start(settings))
app = create_app(redress)

# `redress web` imports this in each of gunicorn's workers, after the fork.
watch = Watch(settings, redress.sessions, redress.rules, "web")
watch.begin()
atexit.register(watch.end)
