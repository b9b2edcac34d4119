"""The application that gunicorn serves: `web.wsgi:app`, built from the environment."""

from config.bootstrap import build
from config.settings import load
from web.app import create_app

app = create_app(build(load()))
