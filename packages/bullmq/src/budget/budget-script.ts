/**
 * One budget for all processes, decided in Redis at one place and by one clock. It follows the client's
 * `ModelBudget` and `LearnedRate` step by step, to the last digit, as `budget-script.test.ts` compares them; why the
 * numbers are what they are is said there.
 *
 * KEYS: see `BudgetKeys`: state, in flight, requests. ARGV: what happened, the request's id, then
 *   enter:    tokens or '', tokens per minute or '', requests per minute or ''
 *   undone:   the same, for a request that was let in and not sent
 *   accepted: expected amount, actual amount
 *   refused:  expected amount, milliseconds asked for or ''
 *   failed:
 * Returns the milliseconds to wait before asking again; 0 for a request that may go now.
 */
export const BUDGET_SCRIPT = `
local DECREASE, BLIND_DECREASE, BLIND_INTERVAL = 0.85, 0.5, 1000
local SEARCH_GROWTH, CAREFUL_GROWTH, RECOVERY_GROWTH = 0.015, 0.003, 1
local EVIDENCE, MINUTE, DAY = 8, 60000, 86400000
local LONGEST_REQUEST = 300000
-- The client's first backoff at its longest: how often a request was tried is not told.
local BLIND_HOLD = 500

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local event, id = ARGV[1], ARGV[2]

local s = {}
local function load(key)
  local stored = redis.call('HGETALL', key)
  for i = 1, #stored, 2 do s[stored[i]] = tonumber(stored[i + 1]) end
end
local function save(key, fields)
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(fields))
  -- Forgotten where it means nothing any more: full, and nothing learned.
  redis.call('PEXPIRE', key, DAY)
end

load(KEYS[1])
-- After its clock was set back, what lies ahead would be waited for.
local ahead = math.max(0, (s.seen or now) - now)
s.seen = now
for _, field in ipairs({'since', 'idleSince', 'decreasedAt', 'heldUntil'}) do
  if s[field] then s[field] = s[field] - ahead end
end
s.since = s.since or now
s.idleSince = s.idleSince or now
s.acceptedRequests = s.acceptedRequests or 0
s.acceptedAmount = s.acceptedAmount or 0
-- Older keys have none.
s.recoverTo = s.recoverTo or 0

-- a bucket is three fields: level, at, per (minute)
local function refill(bucket, capacity)
  local level = s[bucket .. '.level'] + math.max(0, now - s[bucket .. '.at']) * (s[bucket .. '.per'] / MINUTE)
  s[bucket .. '.level'] = math.min(capacity, level)
  s[bucket .. '.at'] = now
end
local function setRate(bucket, capacity, per)
  if s[bucket .. '.per'] then refill(bucket, capacity) else
    s[bucket .. '.level'] = capacity
    s[bucket .. '.at'] = now
  end
  s[bucket .. '.per'] = per
end
local function capacityOf(bucket)
  return bucket == 'learned' and 0 or s[bucket .. '.per']
end
local function waitFor(bucket, amount)
  if not s[bucket .. '.per'] then return 0 end
  local capacity = capacityOf(bucket)
  refill(bucket, capacity)
  local missing = math.min(amount, capacity) - s[bucket .. '.level']
  return missing <= 0 and 0 or missing / (s[bucket .. '.per'] / MINUTE)
end
local function take(bucket, amount)
  if not s[bucket .. '.per'] then return end
  local capacity = capacityOf(bucket)
  refill(bucket, capacity)
  s[bucket .. '.level'] = math.min(capacity, s[bucket .. '.level'] - amount)
end
local function drain(bucket, debt)
  if s[bucket .. '.per'] then
    s[bucket .. '.level'] = -debt
    s[bucket .. '.at'] = now
  end
end

local function configure(bucket, perMinute)
  if perMinute == '' then
    s[bucket .. '.level'], s[bucket .. '.at'], s[bucket .. '.per'] = nil, nil, nil
  elseif s[bucket .. '.per'] ~= tonumber(perMinute) then
    setRate(bucket, tonumber(perMinute), tonumber(perMinute))
  end
end

local function countFrom()
  s.since, s.acceptedRequests, s.acceptedAmount = now, 0, 0
end
local function forgetOld()
  local elapsed = now - s.since
  if elapsed <= 2 * MINUTE then return end
  local share = MINUTE / elapsed
  s.since = now - MINUTE
  s.acceptedRequests = s.acceptedRequests * share
  s.acceptedAmount = s.acceptedAmount * share
end
local function firstGuess(amount, retryAfter, elapsed)
  local withSavings = s.acceptedAmount / (MINUTE + elapsed) * MINUTE
  if s.acceptedAmount >= EVIDENCE * amount then return withSavings end
  local interval = retryAfter and retryAfter > 0 and retryAfter or BLIND_INTERVAL
  return math.max(withSavings, amount / interval * MINUTE)
end
local function decrease(amount, retryAfter)
  forgetOld()
  local elapsed = math.max(1, now - s.since)
  s.decreasedAt = now
  local per = s['learned.per']
  if not per then
    s.searching, s.recoverTo = 1, 0
    setRate('learned', 0, firstGuess(amount, retryAfter, elapsed))
    countFrom()
    return
  end
  s.searching = 0
  if s.acceptedRequests == 0 then
    s.recoverTo = math.max(s.recoverTo, per)
    setRate('learned', 0, per * BLIND_DECREASE)
    return
  end
  s.recoverTo = 0
  if s.acceptedRequests < EVIDENCE then
    setRate('learned', 0, per * DECREASE)
    return
  end
  local seen = s.acceptedAmount / elapsed * MINUTE
  setRate('learned', 0, math.max(math.min(per * DECREASE, seen), per * BLIND_DECREASE))
  countFrom()
end
local function grow(inFlight)
  local per = s['learned.per']
  if not per then return end
  if per < s.recoverTo then
    setRate('learned', 0, math.min(s.recoverTo, per * (1 + RECOVERY_GROWTH)))
    return
  end
  local growth = s.searching == 1 and SEARCH_GROWTH or CAREFUL_GROWTH / math.max(1, inFlight)
  setRate('learned', 0, per * (1 + growth))
end

-- A worker that was killed never says how its requests ended.
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - LONGEST_REQUEST)
local inFlight = redis.call('ZCARD', KEYS[2])
local wait = 0

if event == 'enter' then
  local tokens = tonumber(ARGV[3])
  local amount = tokens or 1
  configure('tokens', tokens and ARGV[4] or '')
  if ARGV[5] ~= '' then
    load(KEYS[3])
    configure('requests', ARGV[5])
  end
  local untilForgotten = inFlight == 0 and s.idleSince + MINUTE - now or math.huge
  if untilForgotten <= 0 then
    s['learned.level'], s['learned.at'], s['learned.per'] = nil, nil, nil
    countFrom()
  end
  wait = math.ceil(math.max(
    (s.heldUntil or 0) - now, waitFor('tokens', amount), waitFor('requests', 1),
    math.min(waitFor('learned', amount), untilForgotten), 0))
  if wait == 0 then
    take('tokens', amount)
    take('requests', 1)
    take('learned', amount)
    redis.call('ZADD', KEYS[2], now, id)
  end
else
  local admittedAt = tonumber(redis.call('ZSCORE', KEYS[2], id) or now)
  if redis.call('ZREM', KEYS[2], id) == 0 then return 0 end
  if event ~= 'undone' then s.idleSince = now end
  local expected = tonumber(ARGV[3])
  if event == 'undone' then
    if ARGV[5] ~= '' then load(KEYS[3]) end
    take('tokens', -(expected or 1))
    take('requests', -1)
    take('learned', -(expected or 1))
  elseif event == 'accepted' then
    local actual = tonumber(ARGV[4])
    take('tokens', actual - expected)
    take('learned', actual - expected)
    forgetOld()
    s.acceptedRequests = s.acceptedRequests + 1
    s.acceptedAmount = s.acceptedAmount + actual
    grow(inFlight)
  elseif event == 'refused' then
    local retryAfter = tonumber(ARGV[4])
    drain('tokens', 0)
    if admittedAt >= (s.decreasedAt or 0) then decrease(expected, retryAfter) end
    drain('learned', retryAfter and 0 or expected)
    s.heldUntil = math.max(s.heldUntil or 0, now + (retryAfter or BLIND_HOLD))
  end
end

local state, requests = {}, {}
for field, value in pairs(s) do
  local fields = field:find('requests.', 1, true) == 1 and requests or state
  fields[#fields + 1] = field
  fields[#fields + 1] = string.format('%.17g', value)
end
save(KEYS[1], state)
if #requests > 0 then save(KEYS[3], requests) end
redis.call('PEXPIRE', KEYS[2], 10 * MINUTE)
return wait
`
