/**
 * Code and the like as people paste it into a chat: full of numbers that are nobody's. Written for this test. Where an
 * address or a number of a person stands in it, it is one that should be taken out, and counts as changed all the same.
 */
export const CODE: readonly string[] = [
  `import { createServer } from 'node:http'
import { Hono } from 'hono@4.13.19'

const PORT = Number(process.env.PORT ?? 3978)
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  response.end('ok')
})
server.listen(PORT, '127.0.0.1', () => console.log(\`listening on http://127.0.0.1:\${PORT}\`))
const LIMITS = { size: 4_294_967_295, wait: 86_400_000, max: Number.MAX_SAFE_INTEGER, odd: 9007199254740991 }
const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97]
`,
  `commit 9fceb02d0ae598e95dc970b74767f19372d61af8
Author: build
Date:   Mon Nov 23 10:11:12 2026 +0100

    Release 12.4.0.1; closes #1234

diff --git a/src/app.ts b/src/app.ts
index 83db48f..bf2f1c1 100644
--- a/src/app.ts
+++ b/src/app.ts
@@ -10,7 +10,7 @@ export function total(rows: readonly Row[]): number {
-  return rows.reduce((sum, row) => sum + row.price * 1.19, 0)
+  return rows.reduce((sum, row) => sum + row.price * (1 + row.tax), 0)
 }
`,
  `FROM node:24.15.0-bookworm-slim@sha256:4b825dc642cb6eb9a060e54bf8d69288fbee4904d5a6e1e8a0f8a3c0a1b2c3d4
ENV NODE_ENV=production PORT=8080 HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s CMD curl -f http://localhost:8080/healthz || exit 1
COPY --chown=1000:1000 package.json package-lock.json ./
RUN npm ci --omit=dev && rm -rf /root/.npm
CMD ["node", "--max-old-space-size=512", "server.js"]
`,
  `CREATE TABLE orders (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  total NUMERIC(12, 2) NOT NULL CHECK (total >= 0),
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
INSERT INTO orders VALUES ('550e8400-e29b-41d4-a716-446655440000', 1299.90, '2026-11-23 10:11:12.345678+00');
INSERT INTO orders VALUES ('f47ac10b-58cc-4372-a567-0e02b2c3d479', 10.00, '2026-11-23T10:11:12Z');
SELECT date_trunc('day', created_at), count(*) FROM orders WHERE total BETWEEN 100 AND 20000 GROUP BY 1;
`,
  `2026-11-23T10:11:12.345Z INFO  [worker-3] job=7f3c2a91 took=1234ms retries=0 rss=183500800
2026-11-23T10:11:13.001Z WARN  [worker-1] queue depth 10240 of 16384 (62.5 %)
2026-11-23T10:11:13.002Z ERROR [worker-1] ECONNREFUSED 127.0.0.1:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)
1700000000 1700000060 1700000120 1795000000123 ticks
127.0.0.1 - - [23/Nov/2026:10:11:12 +0000] "GET /static/app.3f9a1c2b.js HTTP/1.1" 200 183492
`,
  `#include <vector>
#include <algorithm>

namespace app::core {
template <typename T> std::vector<T> top(std::vector<T> all, std::size_t n) {
  std::partial_sort(all.begin(), all.begin() + n, all.end(), std::greater<>{});
  all.resize(n);
  return all;
}
constexpr std::uint64_t kMax = 18446744073709551615ULL, kMask = 0xFFFF'FFFF'0000'0000;
constexpr double kPi = 3.14159265358979323846, kTau = 6.28318530717958647692;
static_assert(sizeof(std::int64_t) == 8 && app::core::a1::b2 != 0);
}  // namespace app::core
`,
  `[package]
name = "demo"
version = "0.12.3"
edition = "2024"

[dependencies]
serde = { version = "1.0.219", features = ["derive"] }
tokio = { version = "1.46.1", features = ["rt-multi-thread", "macros"] }
checksum = "d41d8cd98f00b204e9800998ecf8427e"
sha512 = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
`,
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: { app: web, version: "2.14.0.7" }
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: web
          image: registry.example/web:v2.14.0.7
          ports: [{ containerPort: 8080 }]
          resources: { limits: { cpu: 500m, memory: 256Mi }, requests: { cpu: 100m, memory: 128Mi } }
          env:
            - { name: PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }
`,
  `import numpy as np
import pandas as pd

np.random.seed(20261123)
x = np.array([[0.12, 0.25, 0.33], [0.48, 0.51, 0.66], [0.07, 0.88, 0.99]])
w = np.array([1e-3, 2.5e-4, 6.02214076e23, 1.602176634e-19, 299792458, 6.62607015e-34])
print(np.allclose(x @ x.T, x.dot(x.T), atol=1e-12), w.sum(), hash(12345678901234))
df = pd.read_csv("data.csv", parse_dates=["at"], dtype={"zip": str, "phone": str})
df["token"] = df["text"].str.split().str.len()
password = get_password()  # from the keyring
user.email = f"{user.login}@{domain}"
assert (df["at"] > "2026-01-01").all() and df.shape == (1000000, 12)
`,
  `$ npm ls
parley@0.1.0
├── @hono/node-server@2.1.8
├── @slack/bolt@5.1.0
├── discord.js@14.28.1
├── fast-check@4.10.2-beta.rc
└── zod@4.6.7
$ git log --oneline -5
d3f7b53 Seams
c9644b9 A last read
17b7ca7 README
$ ip addr show lo
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
    inet6 ::1/128 scope host
$ ls -l
-rw-r--r-- 1 root root   10485760 Nov 23 10:11 dump-20261123-101112.sql.gz
-rw-r--r-- 1 root root 1073741824 Nov 22 09:08 image.iso
`,
  `const ID = /^(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{3})?Z$/
export const COLOURS = { red: '#ff0000', green: '#00ff00', ink: '#1a2b3c', tint: 'rgba(12, 34, 56, 0.78)' }
export const SIZES = [8, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
type Pair<A, B = A> = readonly [A, B]
class Point<T extends number> { constructor(readonly x: T, readonly y: T) {} }
@Injectable() export class Service { @Input() token!: string; @Output() at = new EventEmitter<Pair<string>>() }
const price = cents > 1_000_000 ? \`\${cents / 100} €\` : 'free'
const mac = '00:1a:2b:3c:4d:5e', eui = '00:1a:2b:ff:fe:3c:4d:5e'.length, time = '12:34:56'
export const ERROR_CODES = { E1001: 'bad request', E1002: 'UTF16 expected', SHA256SUM: 'mismatch', BASE64URL: 1 }
const version = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36'
`,
  `{"lockfileVersion":3,"packages":{"node_modules/zod":{"version":"4.6.7","integrity":"sha512-hJyniucsFmq//EvXYvJ6c6mahPoI3kaxdjVH8awTaJ/fDNWeSqqqArixMJWkWNN6fcYvPU3HneSANFNYtRi61g==","license":"MIT","engines":{"node":">=18.0.0"}}},
"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","start":1795000000123,"end":1795000000456}],
"bbox":[13.08835,52.33826,13.76116,52.67551],"etag":"W/\\"1f4-18c2a3b4c5d\\"","range":"bytes 0-1023/146515"}
`,
  `sudo iptables -A INPUT -s 0.0.0.0/0 -p tcp --dport 443 -m state --state NEW -j ACCEPT
ifconfig eth0 netmask 255.255.255.0 up
kubectl port-forward svc/web 8080:80 --address 127.0.0.1
curl -sS -X POST http://localhost:3978/api/v1/messages -H 'content-type: application/json' -d '{"n": 1, "at": 1795000000}'
dig example.com @192.0.2.53 +short
openssl rand -hex 24
docker run --rm -it -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD postgres:17.2-alpine3.21
ffmpeg -ss 00:01:02.345 -i in.mp4 -r 29.97 -b:v 2500k -vf scale=1920:1080 out.mp4
`,
  `package main

import ("fmt"; "time")

type Row struct { ID uint64 \`json:"id"\`; At time.Time \`json:"at"\`; Score float64 \`json:"score"\` }

func main() {
	deadline := time.Date(2026, 11, 23, 10, 11, 12, 345678901, time.UTC)
	rows := []Row{{1, deadline, 0.875}, {2, deadline.Add(90 * time.Second), 12345.6789}}
	for i, row := range rows { fmt.Printf("%03d %d %s %.4f\\n", i, row.ID, row.At.Format(time.RFC3339Nano), row.Score) }
	const lcg, prime, golden = 6364136223846793005, 1000000007, 0x9E3779B97F4A7C15
}
`,
]
