/**
 * One token from each bucket or none from any: `take` of @diode/limits, in Redis. The clock is Redis' own, one for all instances.
 * KEYS 1.. buckets
 * ARGV for each bucket: microseconds a token takes, microseconds an empty bucket takes to fill
 * Returns 1 taken or 0 refused, then what each bucket lacks now, in microseconds.
 *
 * Numbers stay below 2^53, where Lua's are exact, and are written out whole: Lua's own way to text keeps 14 digits.
 */
const BODY = `
local full_at = redis.call('MGET', unpack(KEYS))
local taken = 1
local lack = {}
for i = 1, #KEYS do
  local interval, room = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  lack[i] = math.min(math.max((tonumber(full_at[i] or now) or now) - now, 0), room)
  if lack[i] + interval > room then taken = 0 end
end
if taken == 1 then
  for i = 1, #KEYS do
    lack[i] = lack[i] + tonumber(ARGV[2 * i - 1])
    redis.call('SET', KEYS[i], string.format('%.0f', now + lack[i]), 'PX', string.format('%.0f', math.ceil(lack[i] / 1000) + spare_ms))
  end
end
return {taken, unpack(lack)}
`;

export const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local spare_ms = 0
${BODY}`;

/** For the test that holds the script to `take`: the same at a moment it is told last, and kept for longer than the test, for keys run out by Redis' own clock. */
export const TAKE_AT = `
local now = tonumber(ARGV[#ARGV])
local spare_ms = 60000
${BODY}`;
