# One image that runs every role:  docker build -t backendai .  &&  docker run backendai manager
# Build the executable first (npm start -- --exit, or node_modules/.bin/bun build.ts): it is the only thing copied.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

COPY dist/backendai /usr/local/bin/backendai
RUN ln -s backendai /usr/local/bin/backend.ai \
 && mkdir -p /var/lib/backendai /etc/backend.ai

ENV BACKENDAI_DATA=/var/lib/backendai \
    LANG=C.UTF-8
VOLUME /var/lib/backendai
# webserver, manager, app proxy, storage proxy (client, manager), agents' RPC, watcher
EXPOSE 8080 8081 10200 6021 6022 6001 6009
STOPSIGNAL SIGTERM

ENTRYPOINT ["/usr/local/bin/backendai"]
CMD ["up"]
