// Where there is no wrk: the same prepared requests by autocannon, and the same line at the end.
// The file holds, again and again, a length of eight digits and so many bytes: one whole HTTP request.
import { readFileSync } from "node:fs"
import autocannon from "autocannon"

const [url, path, seconds, connections] = process.argv.slice(2)
const file = readFileSync(path)
const requests = []
for (let at = 0; at < file.length; ) {
  const end = at + 8 + Number(file.toString("latin1", at, at + 8))
  requests.push(parse(file.subarray(at + 8, end)))
  at = end
}

function parse(whole) {
  const split = whole.indexOf("\r\n\r\n")
  const [first, ...lines] = whole.toString("latin1", 0, split).split("\r\n")
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2)))
  const [method, address] = first.split(" ")
  return { method, path: address, headers, body: whole.subarray(split + 4) }
}

let sent = 0
const seen = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  timeout: 30,
  requests: [{ setupRequest: (request) => ({ ...request, ...requests[sent++ % requests.length] }) }],
})
const answered = seen["2xx"] + seen.non2xx
console.log(
  JSON.stringify({ requests: answered, seconds: seen.duration, refused: seen.non2xx, lost: seen.errors, p99_ms: seen.latency.p99 }),
)
