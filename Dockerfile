# syntax=docker/dockerfile:1
# The migrations of a workspace in an image that holds nothing else: one static binary, and its cucurbit.toml.
#
#   docker build --build-arg PACKAGE=migrations --build-arg BINARY=migrations --build-arg FOLDER=migrations --tag migrations .
#   docker run --rm --env DATABASE_URL migrations upgrade
#
# Without arguments it builds the reference application's. Copy it to your application: docs/deployment/containers.md.

# Alpine's Rust links with musl, so that the binary needs no library of the image.
FROM rust:1-alpine AS build
# SQLite and the cryptography of TLS are compiled from C.
RUN apk add --no-cache gcc musl-dev
WORKDIR /workspace
COPY . .
ARG PACKAGE=cultivar-migrations
ARG BINARY=migrate
ARG FOLDER=cultivar/migrations
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/workspace/target \
    cargo build --locked --release --package "$PACKAGE" --bin "$BINARY" \
    && mkdir /image \
    && cp "target/release/$BINARY" /image/migrate \
    && cp "$FOLDER/cucurbit.toml" /image/

FROM scratch
WORKDIR /migrations
COPY --from=build /image/ ./
# Not root: a migration writes to the database, and to nothing else.
USER 65534:65534
ENTRYPOINT ["/migrations/migrate"]
CMD ["upgrade"]
