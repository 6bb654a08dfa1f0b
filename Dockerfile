# Build: installs everything, compiles kernels and TypeScript, then drops what only development needs.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --loglevel=error --ignore-scripts
COPY . .
RUN npm run --silent build && npm prune --omit=dev --ignore-scripts --loglevel=error \
  && rm -f node_modules/telelink

# Run: no compiler, no sources, an unprivileged user.
FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    TELELINK_HOST=0.0.0.0 \
    TELELINK_PORT=8000 \
    TELELINK_STORE=/data/telelink.db \
    TELELINK_DATA_FOLDER=/data/files
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/data ./data
COPY --from=build /app/reports ./reports
RUN mkdir -p /data/files && chown -R node:node /data && chmod 700 /data /data/files
# The user "node" of the image; as a number it is one that every host can tell from root.
USER 1000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8000/ready').then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
# The container may use 800 MB; the rest beside the heap is for typed arrays, SQLite and threads.
CMD ["node", "--max-old-space-size=400", "dist/cli/main.js", "serve"]
