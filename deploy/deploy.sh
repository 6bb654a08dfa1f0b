#!/usr/bin/env bash
# Builds the image from this checkout and puts it on port 80; the image that ran before comes back if the new one is not well.
set -euo pipefail
cd "$(dirname "$0")/.."

name=telelink
env_file=${TELELINK_ENV_FILE:-/etc/telelink.env}
port=${TELELINK_PUBLISH_PORT:-80}
keep=${TELELINK_KEEP_IMAGES:-3}
tag=$(git rev-parse --short HEAD 2>/dev/null || date +%Y%m%d%H%M%S)

fail() {
  echo "deploy: $1" >&2
  exit 1
}

command -v docker >/dev/null || fail "there is no docker; run deploy/setup-ec2.sh first"
[ -r "$env_file" ] || fail "$env_file cannot be read; run deploy/setup-ec2.sh first"

start() { # IMAGE
  docker run --detach --name "$name" \
    --restart unless-stopped --memory 800m --read-only --tmpfs /tmp \
    --cap-drop ALL --security-opt no-new-privileges:true \
    --log-opt max-size=10m --log-opt max-file=5 --stop-timeout 30 \
    --env-file "$env_file" --volume telelink-data:/data \
    --publish "$port:8000" "$1" >/dev/null
}

# A command of the image's own on the store, beside no server.
store() { # IMAGE COMMAND…
  docker run --rm --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges:true \
    --volume telelink-data:/data "$1" node dist/cli/main.js "${@:2}"
}

# Those who are being answered get their answer; predictions that the store lacks stay in a file beside it.
stop() {
  docker stop --time 30 "$name" >/dev/null 2>&1 || true
  docker rm --force "$name" >/dev/null 2>&1 || true
}

healthy() {
  for _ in $(seq 1 60); do
    case "$(docker inspect --format '{{.State.Health.Status}}' "$name" 2>/dev/null || echo none)" in
      healthy) return 0 ;;
      unhealthy) return 1 ;;
    esac
    sleep 2
  done
  return 1
}

# What runs now, by its digest: the build below may give its tag to another image.
before=$(docker inspect --format '{{.Image}} {{.Config.Image}}' "$name" 2>/dev/null || true)
before=${before%% *}
if [ -n "$before" ]; then
  docker tag "$before" "$name:previous"
  before="$name:previous"
fi

echo "deploy: building $name:$tag"
docker build --tag "$name:$tag" .

copy=""
stop
if [ -n "$before" ]; then
  # The new program may change the store's layout, which the one before then can't read.
  copy="/data/before-$tag-$(date +%Y%m%d%H%M%S).db"
  store "$name:$tag" backup "$copy" --store /data/telelink.db || copy=""
fi
start "$name:$tag"

if healthy; then
  docker tag "$name:$tag" "$name:latest"
  docker image prune --force >/dev/null
  # The newest few stay, to go back to by hand.
  docker image ls "$name" --format '{{.Repository}}:{{.Tag}}' | grep -vE ':(latest|previous)$' | tail -n "+$((keep + 1))" |
    xargs --no-run-if-empty docker image rm >/dev/null 2>&1 || true
  echo "deploy: $name:$tag answers on port $port"
else
  docker logs --tail 30 "$name" >&2 || true
  stop
  if [ -n "$before" ]; then
    if [ -n "$copy" ]; then
      store "$name:$tag" restore "$copy" --store /data/telelink.db --if-migrated ||
        echo "deploy: the store could not be put back; $copy is its copy" >&2
    fi
    start "$before"
    fail "$name:$tag did not get well; the image before is back on port $port"
  fi
  fail "$name:$tag did not get well, and there was no version before"
fi
