# The server alone: `docker build -t petcore .`, then `docker run -p 127.0.0.1:5000:5000 -v petcore:/data petcore`.
# It wants tokens; `docker exec CONTAINER petcore device add NAME --user USER` gives one.
# What runs it beside MongoDB is compose.yaml; what whoever runs it must know is docs/operations.md.

# 3.11 is what every test runs on. Raise it here when the tests have moved.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
# Compiled now, since nothing can be written later; copied, since the cache stays behind.
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/petcore \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src
# Every version is exact: pyproject.toml pins the whole resolution. This layer changes with it only.
COPY pyproject.toml ./
RUN uv sync --no-dev --no-install-project
COPY README.md LICENSE ./
COPY firmware/ firmware/
COPY petcore/ petcore/
COPY simulator/ simulator/
RUN uv sync --no-dev --no-editable

FROM python:${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin petcore \
    && install --directory --owner=petcore --group=petcore /data
COPY --from=build /opt/petcore /opt/petcore
ENV PATH=/opt/petcore/bin:$PATH \
    PETCORE_LOG_FORMAT=json \
    PETCORE_STORE=sqlite:////data/petcore.db \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 5000
# There is no curl in here, and urllib would ask a proxy. This is answered without a token.
HEALTHCHECK --interval=10s --timeout=8s --retries=3 --start-period=60s --start-interval=2s \
    CMD ["python", "-c", "from http.client import HTTPConnection; c = HTTPConnection('127.0.0.1', 5000, timeout=7); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["petcore"]
CMD ["serve", "--host", "0.0.0.0", "--port", "5000"]
