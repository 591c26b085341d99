-- SPDX-License-Identifier: Apache-2.0
-- Objects that several connections write at once.
local body = string.rep("0123456789abcdef", 2000)
local n = 0
request = function()
  n = n + 1
  return wrk.format("PUT", "/objects/wrk-" .. n % 50, nil, body)
end
