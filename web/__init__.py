"""The back office in a browser: server-rendered pages that work without JavaScript."""
