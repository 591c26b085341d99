-- wrk -s post.lua URL -- BYTES: POSTs a body of that size, and prints what the harness reads.
function init(args)
    wrk.method = "POST"
    wrk.body = string.rep("x", tonumber(args[1]))
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        "exchanges=%d seconds=%.6f p50=%d p99=%d p999=%d errors=%d\n",
        summary.requests, summary.duration / 1e6,
        latency:percentile(50) * 1000, latency:percentile(99) * 1000, latency:percentile(99.9) * 1000,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
