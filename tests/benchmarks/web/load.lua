-- Sends requests drawn at random from a file, and looks at every answer.
-- REQUESTS: the file, its requests parted by \3; \1 in one stands for an address, \2 for ten digits.
-- HOLDS, TIMES: what every answer holds, and how often.
local holds, times = os.getenv("HOLDS"), tonumber(os.getenv("TIMES"))
local requests, threads = {}, {}
wrong, example = 0, ""

function setup(thread)
  table.insert(threads, thread)
  thread:set("place", #threads)
end

function init(args)
  math.randomseed(tonumber(os.getenv("SEED")) + place)
  local file = assert(io.open(os.getenv("REQUESTS"), "rb"))
  for each in file:read("*a"):gmatch("[^\3]+") do table.insert(requests, each) end
  file:close()
end

local function fill(mark)
  if mark == "\1" then
    return "10." .. math.random(0, 255) .. "." .. math.random(0, 255) .. "." .. math.random(1, 254)
  end
  return string.format("%05d%05d", math.random(0, 99999), math.random(0, 99999))
end

function request()
  return (requests[math.random(#requests)]:gsub("[\1\2]", fill))
end

local function count(body)
  local found, from = 0, 1
  while true do
    local _, last = body:find(holds, from, true)
    if not last then return found end
    found, from = found + 1, last + 1
  end
end

function response(status, headers, body)
  local errors = body:find('"errors":[{', 1, true) or body:find('"errors": [{', 1, true)
  if status < 200 or status > 299 or errors or count(body) ~= times then
    wrong = wrong + 1
    if example == "" then example = status .. " " .. body:sub(1, 300) end
  end
end

function done(summary, latency, requests)
  local bad, shown = 0, ""
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("wrong")
    if shown == "" then shown = thread:get("example") end
  end
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d %d", summary.requests, summary.duration, bad,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
  print("EXAMPLE " .. shown:gsub("%s+", " "))
end
