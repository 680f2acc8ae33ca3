# One image for web, worker and every command: docker build -t slotwell .
# No setting is baked in: they come with `docker run --env-file .env`, or from compose.yaml.
FROM python:3.13-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /srv/slotwell --shell /usr/sbin/nologin slotwell
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000
WORKDIR /srv/slotwell
COPY --from=packages /venv /venv
COPY . .
# Static files are made here, with DEBUG off as they are served; the values below are this one command's and stay in
# no layer. What the service writes, pictures above all, belongs into the volume.
RUN SECRET_KEY=0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH \
    ENCRYPTION_KEYS=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
    ALLOWED_HOSTS=localhost PUBLIC_URL=https://localhost CORS_ALLOWED_ORIGINS=none MAIL=console \
    MAIL_FROM=build@localhost DATABASE_URL=postgres://build@localhost/build \
    python manage.py collectstatic --no-input -v 0 \
    && mkdir -p var/pictures && chown -R slotwell var/pictures
USER slotwell
VOLUME /srv/slotwell/var/pictures
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/health/live\", timeout=2)"]
STOPSIGNAL SIGTERM
# The Procfile's web; compose.yaml has the worker's. A shell, for the variables, that gives way to the program.
CMD ["sh", "-c", "exec granian --interface wsgi --host ${HOST:-127.0.0.1} --port ${PORT:-8000} --workers ${WEB_PROCESSES:-2} --blocking-threads ${WEB_THREADS:-4} --no-ws --http 1 --http1-header-read-timeout 20000 --http1-buffer-size 65536 --backpressure 1024 --workers-kill-timeout 3 --respawn-failed-workers core.wsgi:application"]
