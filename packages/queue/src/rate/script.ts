/**
 * For each of some requests, one after the other: one token from each of its buckets or none from any, as `take` of @diode/limits does it. The
 * clock is Redis' own, one for all instances.
 * KEYS 1.. buckets, each once
 * ARGV for each bucket: microseconds a token takes, microseconds an empty bucket takes to fill;
 *      then for each request: how many buckets it takes from, and their positions in KEYS
 * Returns for each request: 1 taken or 0 refused, then what each of its buckets lacks now, in microseconds.
 *
 * Numbers stay below 2^53, where Lua's are exact, and are written out whole: Lua's own way to text keeps 14 digits.
 */
const BODY = `
local full_at = redis.call('MGET', unpack(KEYS))
local interval, room, lack, changed = {}, {}, {}, {}
for k = 1, #KEYS do
  interval[k], room[k] = tonumber(ARGV[2 * k - 1]), tonumber(ARGV[2 * k])
  lack[k] = math.min(math.max((tonumber(full_at[k] or now) or now) - now, 0), room[k])
end
local answer = {}
local at = 2 * #KEYS + 1
while at <= last do
  local first, final = at + 1, at + tonumber(ARGV[at])
  local taken = 1
  for i = first, final do
    local k = tonumber(ARGV[i])
    if lack[k] + interval[k] > room[k] then taken = 0 end
  end
  answer[#answer + 1] = taken
  for i = first, final do
    local k = tonumber(ARGV[i])
    if taken == 1 then
      lack[k] = lack[k] + interval[k]
      changed[k] = true
    end
    answer[#answer + 1] = lack[k]
  end
  at = final + 1
end
for k in pairs(changed) do
  redis.call('SET', KEYS[k], string.format('%.0f', now + lack[k]), 'PX', string.format('%.0f', math.ceil(lack[k] / 1000) + spare_ms))
end
return answer
`;

export const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local last = #ARGV
local spare_ms = 0
${BODY}`;

/** For the test that holds the script to `take`: the same at a moment it is told last, and kept for longer than the test, for keys run out by Redis' own clock. */
export const TAKE_AT = `
local now = tonumber(ARGV[#ARGV])
local last = #ARGV - 1
local spare_ms = 60000
${BODY}`;
