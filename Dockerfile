# One image for every process of the shop; docker-compose.yml says which one a container is.
FROM python:3.11-slim-trixie

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# pg_dump and pg_restore, for `manage.py backup`; not older than the server.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt

RUN useradd --uid 10001 --create-home bookshop \
    && install -d -o bookshop -g bookshop /var/lib/bookshop /var/lib/bookshop/backups

COPY manage.py pyproject.toml ./
COPY bookshop bookshop
COPY search_index search_index
COPY webshop webshop
COPY seller_dashboard seller_dashboard
COPY worker worker
COPY billing_sandbox billing_sandbox
COPY data/migrations data/migrations
RUN for texts in $(find bookshop/translations -name '*.po'); do \
        pybabel compile --input-file="$texts" --output-file="${texts%.po}.mo" || exit 1; \
    done \
    && python -m compileall -q .

USER bookshop
ENV BOOKSHOP_ENV=production BOOKSHOP_VAR=/var/lib/bookshop BOOKSHOP_BIND=0.0.0.0
EXPOSE 8000

CMD ["gunicorn", "webshop.app:create_app()", "--bind", "0.0.0.0:8000", \
     "--workers", "2", "--worker-class", "webshop.serving.Worker", "--threads", "8", \
     "--limit-request-line", "8190", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=4)"]
