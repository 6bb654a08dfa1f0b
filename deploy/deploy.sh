#!/usr/bin/env bash
# Builds the image from this checkout and puts it on port 80; the version before comes back if the new one is not well.
set -euo pipefail
cd "$(dirname "$0")/.."

name=telelink
env_file=${TELELINK_ENV_FILE:-/etc/telelink.env}
port=${TELELINK_PUBLISH_PORT:-80}
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
    --env-file "$env_file" --volume telelink-data:/data \
    --publish "$port:8000" "$1" >/dev/null
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

echo "deploy: building $name:$tag"
docker build --tag "$name:$tag" .

before=$(docker inspect --format '{{.Config.Image}}' "$name" 2>/dev/null || true)
docker rm --force "$name" >/dev/null 2>&1 || true
start "$name:$tag"

if healthy; then
  docker tag "$name:$tag" "$name:latest"
  docker image prune --force >/dev/null
  echo "deploy: $name:$tag answers on port $port"
else
  docker logs --tail 30 "$name" >&2 || true
  docker rm --force "$name" >/dev/null 2>&1 || true
  if [ -n "$before" ]; then
    start "$before"
    fail "$name:$tag did not get well; $before is back on port $port"
  fi
  fail "$name:$tag did not get well, and there was no version before"
fi
