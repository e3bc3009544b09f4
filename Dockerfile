# The images of Diode: targets auth (also diode-init and diode-auth-bootstrap), ingester, reconciler (also diode-migrate), netbox-sim.
# Builds on Docker 20.10 and later; see docs/decisions/0006-compose.md.
ARG NODE_IMAGE=node:24-bookworm-slim

# The manifests alone: what follows is built again only when one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
COPY services services
RUN find packages services -type f ! -name package.json -delete && find packages services -type d -empty -delete

FROM manifests AS build
RUN --mount=type=cache,target=/npm,sharing=locked npm ci --cache /npm --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.base.json ./
COPY packages packages
COPY services services
COPY scripts scripts
RUN npx --no-install tsc -b && npm run --silent build:openapi
RUN for name in auth ingester reconciler init; do node scripts/docker/collect.mjs "services/$name" "/out/$name"; done && \
    node scripts/docker/collect.mjs packages/netbox-sim /out/netbox-sim && \
    cp -a /out/init/. /out/auth/

# One set of packages a target, from the lock file, without those for development.
FROM manifests AS auth-modules
RUN --mount=type=cache,target=/npm,sharing=locked \
    npm ci --cache /npm --omit=dev --ignore-scripts --no-audit --no-fund -w @diode/auth -w @diode/init
FROM manifests AS ingester-modules
RUN --mount=type=cache,target=/npm,sharing=locked npm ci --cache /npm --omit=dev --ignore-scripts --no-audit --no-fund -w @diode/ingester
FROM manifests AS reconciler-modules
RUN --mount=type=cache,target=/npm,sharing=locked npm ci --cache /npm --omit=dev --ignore-scripts --no-audit --no-fund -w @diode/reconciler

# What every image stands on: curl for the seed's commands and the health check, no npm.
FROM ${NODE_IMAGE} AS base
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates curl >/dev/null && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/include
ARG DIODE_VERSION=latest
ARG DIODE_REVISION=unknown
LABEL org.opencontainers.image.vendor="Diode" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${DIODE_VERSION}" \
      org.opencontainers.image.revision="${DIODE_REVISION}"
ENV NODE_ENV=production DIODE_HOST=0.0.0.0 DIODE_PORT=80 DIODE_METRICS_PORT=9090 DIODE_CONFIG_DIR=/app/config
WORKDIR /app
COPY package.json LICENSE ./
COPY config config
USER node
EXPOSE 80 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1/health"]

FROM base AS auth
LABEL org.opencontainers.image.title="diode-auth" \
      org.opencontainers.image.description="Tokens in, identity out; also diode-init and diode-auth-bootstrap"
USER root
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssl >/dev/null && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb && \
    for reader in init postgres redis hydra migrate auth ingester reconciler netbox-sim clients nginx \
               grafana netbox netbox-postgres netbox-redis; do \
      install -d -o node -g node "/secrets/$reader"; \
    done
USER node
COPY oauth2/client-config.json oauth2/client-config.json
COPY scripts/make-certs.sh scripts/make-certs.sh
COPY --from=auth-modules /app/node_modules node_modules
COPY --from=build /out/auth ./
CMD ["node", "services/auth/dist/main.js"]

FROM base AS ingester
LABEL org.opencontainers.image.title="diode-ingester" org.opencontainers.image.description="HTTP and gRPC ingest"
COPY --from=ingester-modules /app/node_modules node_modules
COPY --from=build /out/ingester ./
CMD ["node", "services/ingester/dist/main.js"]

FROM base AS reconciler
LABEL org.opencontainers.image.title="diode-reconciler" org.opencontainers.image.description="Queue, identify, plan, apply; also diode-migrate"
USER root
RUN install -d -o node -g node -m 0700 /backups
USER node
COPY --from=reconciler-modules /app/node_modules node_modules
COPY --from=build /app/dist/openapi.json openapi.json
COPY --from=build /out/reconciler ./
ENV DIODE_OPENAPI_FILE=/app/openapi.json
CMD ["node", "services/reconciler/dist/main.js"]

FROM base AS netbox-sim
LABEL org.opencontainers.image.title="diode-netbox-sim" org.opencontainers.image.description="A stand-in for NetBox's REST API"
USER root
RUN install -d -o node -g node /data
USER node
COPY --from=build /out/netbox-sim ./
ENV DIODE_NETBOX_SIM_PORT=8000 DIODE_DATA_DIR=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["curl", "-sS", "-o", "/dev/null", "http://127.0.0.1:8000/api/status/"]
CMD ["node", "packages/netbox-sim/dist/main.js"]
