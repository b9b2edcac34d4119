"""HTTP to the processes of the tests, with a client made once: each new one reads all TLS roots."""

import httpx

http = httpx.Client(trust_env=False, timeout=5, limits=httpx.Limits(max_keepalive_connections=0))
"""A connection for each request, as these processes come and go."""
