import net from 'node:net';
import { expect, test } from 'vitest';
import { countOwned, leaked } from './leak-check.js';
import { until } from './until.js';

test('an open server, its sockets and a timer are seen, and no longer once closed', async () => {
  const before = countOwned();
  const server = net.createServer().listen(0, '127.0.0.1');
  await until(() => server.listening);
  const timer = setInterval(() => undefined, 60_000);
  const { port } = server.address() as net.AddressInfo;
  const socket = net.connect(port, '127.0.0.1');
  await until(() => leaked(before, countOwned()).some((one) => /TCPSocketWrap/.test(one)));
  expect(leaked(before, countOwned()).join()).toMatch(/1 × TCPServerWrap/);
  expect(leaked(before, countOwned()).join()).toMatch(/× Timeout/);
  clearInterval(timer);
  socket.destroy();
  server.close();
  await until(() => leaked(before, countOwned()).length === 0);
});
