# The embedded form in one image: Node builds the web, the wheel carries it, Python runs it.

FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/ ./
RUN npm ci && npm run build

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /src
RUN pip install --no-cache-dir "hatchling>=1.27,<2"
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY acd/ acd/
COPY signaling/ signaling/
COPY gateway/ gateway/
COPY --from=web /src/gateway/static/ gateway/static/
RUN python -m hatchling build -t wheel

FROM python:3.11-slim-bookworm
COPY requirements.lock /tmp/requirements.lock
RUN pip install --no-cache-dir --require-hashes --no-deps -r /tmp/requirements.lock && rm /tmp/requirements.lock
RUN --mount=type=bind,from=wheel,source=/src/dist,target=/dist pip install --no-cache-dir --no-deps /dist/*.whl
RUN useradd --system --create-home --home-dir /var/lib/zuruf zuruf
USER zuruf
WORKDIR /var/lib/zuruf
ENV ZURUF_DATA_DIR=/var/lib/zuruf/data PYTHONUNBUFFERED=1
RUN mkdir data
VOLUME /var/lib/zuruf/data
EXPOSE 8080
# SIGTERM drains: sockets are told to come back, calls go on between the browsers.
STOPSIGNAL SIGTERM
ENTRYPOINT ["zuruf"]
CMD ["serve"]
