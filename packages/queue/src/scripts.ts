/**
 * The scripts of leases and heartbeats. Time is Redis' own: one clock for all instances.
 */

/**
 * Says that an instance lives, forgets those that do not.
 * KEYS 1 instances
 * ARGV 1 instance id, 2 time to live in ms
 * Returns the number of live instances.
 */
export const HEARTBEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. now)
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return redis.call('ZCARD', KEYS[1])
`;

/**
 * Takes leases that are free: not set, ours from before, or of an instance that no longer lives. A dead worker's partitions so
 * move on within a heartbeat instead of a lease; what it had claimed stays claimed in Postgres until its lease there ends.
 * KEYS 1 instances, 2.. leases
 * ARGV 1 instance id, 2 lease in ms, 3 how many to take at most
 * Returns the positions (from 1) of the leases taken.
 */
export const ACQUIRE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken = {}
for i = 2, #KEYS do
  if #taken >= tonumber(ARGV[3]) then break end
  local holder = redis.call('GET', KEYS[i])
  local free = not holder or holder == ARGV[1]
  if not free then
    local lives_until = redis.call('ZSCORE', KEYS[1], holder)
    free = not lives_until or tonumber(lives_until) < now
  end
  if free then
    redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
    taken[#taken + 1] = i - 1
  end
end
return taken
`;

/**
 * Lengthens leases that are ours.
 * KEYS 1.. leases
 * ARGV 1 instance id, 2 lease in ms
 * Returns for each: 1 renewed, 2 was gone and is taken again (Redis was wiped, or we were late), 0 somebody else's.
 */
export const RENEW = `
local result = {}
for i = 1, #KEYS do
  local holder = redis.call('GET', KEYS[i])
  if not holder then
    redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
    result[i] = 2
  elseif holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[i], ARGV[2])
    result[i] = 1
  else
    result[i] = 0
  end
end
return result
`;

/**
 * Gives leases back that are ours.
 * KEYS 1.. leases
 * ARGV 1 instance id
 * Returns how many were given back.
 */
export const RELEASE = `
local released = 0
for i = 1, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[1] then
    released = released + redis.call('DEL', KEYS[i])
  end
end
return released
`;
