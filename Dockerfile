# Node's own image is the runtime, so the optional packages (a second Node) stay out.
FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force

COPY config ./config
COPY adapters ./adapters
COPY src ./src
RUN node --disable-warning=ExperimentalWarning --min-semi-space-size=8 --max-semi-space-size=16 src/parley.js warm

RUN mkdir data && chown node:node data
USER node
VOLUME /app/data

# Other machines can reach a container, so Parley asks for PARLEY_WEB_TOKEN, or PARLEY_WEB=off.
ENV PARLEY_HOST=0.0.0.0
EXPOSE 3978
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PARLEY_PORT || 3978}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "--min-semi-space-size=8", "--max-semi-space-size=16", "src/parley.js", "start"]
