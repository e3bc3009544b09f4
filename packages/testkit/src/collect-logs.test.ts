import { expect, test } from 'vitest';
import { collectLogs } from './collect-logs.js';

test('what a logger writes can be read as text and as lines', () => {
  const logs = collectLogs();
  logs.destination.write('{"level":30,"msg":"started","port":1}\n{"level":50,');
  logs.destination.write('"msg":"broken"}\n');
  expect(logs.text()).toContain('started');
  expect(logs.lines()).toHaveLength(2);
  expect(logs.errors()).toEqual([{ level: 50, msg: 'broken' }]);
});
