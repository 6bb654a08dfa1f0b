#!/usr/bin/env bash
# Does the Dockerfile's steps without Docker: a clean folder, the same commands, an unprivileged user, the health check.
# For machines without a Docker engine; the last line says whether the server got well and what memory it uses at rest,
# which must be less than 250 MB.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
server=""
# shellcheck disable=SC2317 # called by trap
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

git archive HEAD | tar -x -C "$folder"
cd "$folder"
npm ci --loglevel=error --ignore-scripts
npm run --silent build
npm prune --omit=dev --ignore-scripts --loglevel=error
rm -f node_modules/telelink
mkdir -p rehearsal
run=(node --max-old-space-size=400 dist/cli/main.js serve)
export NODE_ENV=production TELELINK_HOST=127.0.0.1 TELELINK_PORT=18000 TELELINK_STORE="$folder/rehearsal/telelink.db"
if [ "$(id -u)" -eq 0 ]; then
  chown -R nobody rehearsal && chmod 755 "$folder"
  setpriv --reuid=nobody --clear-groups "${run[@]}" >rehearsal.log 2>&1 &
else
  "${run[@]}" >rehearsal.log 2>&1 &
fi
server=$!

for _ in $(seq 1 60); do
  if node -e "fetch('http://127.0.0.1:18000/health').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"; then
    sleep 5
    memory=$(awk '/VmRSS/ {print int($2 / 1024)}' "/proc/$server/status")
    echo "rehearse: well; $memory MB at rest, node_modules $(du -sm node_modules | cut -f1) MB, run by $(ps -o user= -p "$server")"
    [ "$memory" -lt 250 ] || exit 1
    exit 0
  fi
  sleep 1
done
cat rehearsal.log >&2
echo "rehearse: the server did not get well within a minute" >&2
exit 1
