# One image for app and collector: `golive serve`, `golive collect`, `golive run`.
# Debian is named so that its pg_dump (postgresql-client 17) is not older than the server of compose.yaml.
FROM python:3.13-slim-trixie AS build
WORKDIR /golive
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml hatch_build.py package.json package-lock.json .npmrc README.md ./
COPY app app
COPY collectors collectors
COPY templates templates
COPY static static
COPY migrations migrations
RUN /venv/bin/pip install --no-cache-dir --no-deps .
# the templates, too, are compiled here: who runs golive may not write beside its code (-P: of /venv, not of this folder)
RUN /venv/bin/python -P -c "from app.push.fragments import environment; environment()"

FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --create-home golive
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER golive
WORKDIR /data
VOLUME /data
EXPOSE 8000 2575
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["golive", "health", "-c", "/data/golive.toml"]
ENTRYPOINT ["golive"]
CMD ["run", "-c", "/data/golive.toml"]
