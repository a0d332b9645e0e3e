-- One request again and again; the figures as one line of JSON.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"token":"' .. os.getenv("BENCH_TOKEN") .. '"}'

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
