-- SPDX-License-Identifier: Apache-2.0
-- Sixteen requests at a time.
request = function() return string.rep(wrk.format("GET"), 16) end
