-- SPDX-License-Identifier: Apache-2.0
-- POST bodies of several sizes.
local bodies = { string.rep("a", 10), string.rep("b", 5000), string.rep("c", 200000) }
local n = 0
request = function()
  n = n + 1
  return wrk.format("POST", nil, nil, bodies[n % #bodies + 1])
end
response = function(status, headers, body)
  local c = body:sub(1, 1)
  if body ~= string.rep(c, #body) then wrk.thread:stop(); error("the echo is not what was sent") end
end
