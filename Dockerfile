# Redress in one image; compose (or you) says which part it runs: web, worker, sweep, db migrate.

FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml ./
# The tools of the lock file choose, from the same lock, what production needs: no test tools, no
# servers. Everything is checked by its hash, twice.
RUN python -m venv /tools \
 && /tools/bin/pip install --quiet --no-cache-dir --require-hashes -r requirements.lock
RUN python -m venv --without-pip /app/.venv \
 && /tools/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate \
      --constraint requirements.lock --output-file /tmp/production.txt pyproject.toml \
 && /tools/bin/uv pip install --quiet --no-cache --python /app/.venv/bin/python \
      --require-hashes -r /tmp/production.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin redress \
 && install --directory --owner redress --mode 0700 /data
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY alembic.ini ./
COPY workflows ./workflows
COPY claims ./claims
COPY config ./config
COPY migrations ./migrations
COPY tasks ./tasks
COPY web ./web
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production \
    DATA_DIR=/data \
    PORT=8000
USER redress
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "config.cli"]
CMD ["web", "--host", "0.0.0.0"]
