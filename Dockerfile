# One image for app and collector: `golive serve`, `golive collect`, `golive run`.
FROM python:3.13-slim AS build
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

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home golive
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER golive
WORKDIR /data
VOLUME /data
EXPOSE 8000 2575
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["golive"]
CMD ["run", "-c", "/data/golive.toml"]
