-- For wrk: posts requests that were put together beforehand, each once, so that all the generator does is send them.
-- The file holds, again and again, a length of eight digits and so many bytes: one whole HTTP request.
function init(args)
  requests, sent = {}, 0
  local file = assert(io.open(args[1], "rb"))
  while true do
    local length = file:read(8)
    if length == nil then break end
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "seconds": %.6f, "refused": %d, "lost": %d, "p99_ms": %.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(99) / 1e3))
end
