# The service in a container: not root, nothing writable but the volume with the database.
#
#   docker build -t flexweave .
#   docker run --read-only --tmpfs /tmp -v flexweave:/data -p 8000:8000 flexweave
FROM python:3.12-slim AS build

WORKDIR /src
COPY requirements.txt requirements-dev.txt ./
RUN python -m venv /opt/flexweave \
    && /opt/flexweave/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY scheduler scheduler
COPY api api
# The project is built by the locked setuptools, which stays behind.
RUN awk '/^setuptools==/,/[^\\]$/' requirements-dev.txt > build.txt \
    && python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r build.txt \
    && python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/flexweave/bin/pip install --no-cache-dir --no-deps --no-index /wheels/*.whl

FROM python:3.12-slim

RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin flexweave \
    && install -d -o flexweave -g flexweave -m 0700 /data
COPY --from=build /opt/flexweave /opt/flexweave
ENV PATH=/opt/flexweave/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    FLEXWEAVE_DATABASE_URL=sqlite:////data/flexweave.db
USER flexweave
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["flexweave", "serve", "--host", "0.0.0.0", "--port", "8000"]
