# The agent: a few bundled files on Node. Builds with BuildKit, for amd64 and arm64, and with the builder of Docker 20.10.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
# Scripts of dependencies stay off: what esbuild needs comes with its package.
RUN npx -y pnpm@12 install --frozen-lockfile --ignore-scripts
COPY shared shared
COPY agent agent
COPY config/build/bundle-agent.ts config/build/
RUN node config/build/bundle-agent.ts

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Hookline agent" \
      org.opencontainers.image.description="Starts ephemeral GitHub Actions runners on this machine when a job is queued" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /src/dist/agent /opt/hookline
# The journal's folder takes any user that the container is given; what is in it belongs to that user alone.
RUN ln -s /opt/hookline/hookline.mjs /usr/local/bin/hookline && mkdir -m 1777 /data
# The second line keeps idle memory small: a young generation, a pool of workers and heaps as one link needs them.
ENV HOOKLINE_CONFIG=/config/pools.yaml HOOKLINE_DATA=/data
# How remedies tell a person to call it, by the name that the compose files give the container.
ENV HOOKLINE_CALL="docker exec hookline-agent hookline"
ENV NODE_OPTIONS="--max-semi-space-size=1 --v8-pool-size=1" MALLOC_ARENA_MAX=1
VOLUME /data
WORKDIR /
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 CMD ["hookline", "healthcheck"]
# Node is process 1: the agent takes SIGTERM and SIGINT itself and starts no process that would have to be reaped.
ENTRYPOINT ["hookline"]
CMD ["agent"]
