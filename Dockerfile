# The server, with what the example workflows call. Build it with the dashboard:
#   make web && docker compose build
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /out/ ./cmd/weft ./workflows/excamera/cmd/excamera

FROM debian:12-slim
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates curl ffmpeg vpx-tools && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --create-home --home-dir /var/lib/weft weft
COPY --from=build /out/ /usr/local/bin/
COPY scripts/container /usr/local/bin/weft-container
USER weft
VOLUME /var/lib/weft
EXPOSE 7070
ENTRYPOINT ["weft-container"]
CMD ["serve", "--listen", "0.0.0.0:7070", "--data", "/var/lib/weft"]
