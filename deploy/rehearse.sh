#!/usr/bin/env bash
# Does the Dockerfile's steps without Docker: builds in a clean folder, takes the image's own file set alone, read-only,
# and serves it as an unprivileged user with a data folder of its own. The server must get well and use less than 250 MB
# at rest; where there is a Chromium it is then used by browser: Config, Training, Generation, Analyze.
# For machines without a Docker engine.
set -euo pipefail
cd "$(dirname "$0")/.."
checkout=$PWD

folder=$(mktemp -d)
image=$folder/image
server=""
bound=""
# shellcheck disable=SC2317 # called by trap
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  cd "$checkout"
  if [ -n "$bound" ]; then umount "$image"; fi
  chmod -R u+w "$folder"
  rm -rf "$folder"
}
trap finish EXIT

mkdir "$folder/build"
git archive HEAD | tar -x -C "$folder/build"
cd "$folder/build"
npm ci --loglevel=error --ignore-scripts
npm run --silent build
npm prune --omit=dev --ignore-scripts --loglevel=error
rm -f node_modules/telelink

# What the Dockerfile copies into the image, and nothing else.
mkdir -p "$image" "$folder/data/files"
for part in package.json node_modules dist data reports; do
  grep -q -- "--from=build /app/$part " "$checkout/Dockerfile" || {
    echo "rehearse: the Dockerfile does not copy $part; keep both lists alike" >&2
    exit 1
  }
  mv "$part" "$image/"
done
chmod -R a-w,a+rX "$image"

cd "$image"
run=(node --max-old-space-size=400 dist/cli/main.js serve)
export NODE_ENV=production TELELINK_HOST=127.0.0.1 TELELINK_PORT=0 \
  TELELINK_STORE="$folder/data/telelink.db" TELELINK_DATA_FOLDER="$folder/data/files"
if [ "$(id -u)" -eq 0 ]; then
  chown -R nobody "$folder/data" && chmod 700 "$folder/data" && chmod 755 "$folder"
  # Where it is allowed, the whole file set is on a file system that can't be written.
  if mount --bind "$image" "$image" 2>/dev/null; then
    bound=yes
    mount -o remount,ro,bind "$image"
    cd "$image"
  fi
  setpriv --reuid=nobody --clear-groups --inh-caps=-all --no-new-privs "${run[@]}" >"$folder/rehearsal.log" 2>&1 &
else
  "${run[@]}" >"$folder/rehearsal.log" 2>&1 &
fi
server=$!

address=""
for _ in $(seq 1 120); do
  address=$(sed -n 's/.*listening on \(http:[^ ]*\).*/\1/p' "$folder/rehearsal.log" | head -1)
  if [ -n "$address" ]; then break; fi
  kill -0 "$server" 2>/dev/null || break
  sleep 1
done
if [ -z "$address" ] || ! node -e "fetch('$address/ready').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"; then
  cat "$folder/rehearsal.log" >&2
  echo "rehearse: the server did not get well within two minutes" >&2
  exit 1
fi
sleep 5
memory=$(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$server/status")
echo "rehearse: well; $memory MB at rest, node_modules $(du -sm "$image/node_modules" | cut -f1) MB, run by $(ps -o user= -p "$server"), file set ${bound:+mounted }read-only"
[ "$memory" -lt 250 ] || exit 1

chromium=${TELELINK_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ] || [ ! -d "$checkout/node_modules/playwright-core" ]; then
  echo "rehearse: not used by browser, as there is no Chromium or no playwright-core (npm ci)"
  exit 0
fi
node "$checkout/deploy/walk.mjs" "$address" "$chromium"
