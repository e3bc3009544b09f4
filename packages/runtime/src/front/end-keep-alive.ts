import type { Server, ServerResponse } from 'node:http';

/**
 * Prepares an HTTP/1.1 server for leaving. The returned function makes every answer from then on the last of its connection, those not yet begun
 * included: the client hears so with the answer, instead of finding the connection closed under its next request.
 */
export function prepareToEndKeepAlive(server: Server): () => void {
  let leaving = false;
  const open = new Set<ServerResponse>();
  server.prependListener('request', (_request, response: ServerResponse) => {
    if (leaving) response.shouldKeepAlive = false;
    else {
      open.add(response);
      response.once('close', () => open.delete(response));
    }
  });
  return () => {
    leaving = true;
    for (const response of open) response.shouldKeepAlive = false;
    open.clear();
  };
}

/**
 * Stops listening at the moment the loop has just accepted and read all that was there: what the kernel accepted for us later than that would be reset. Connections
 * that wait for their next request are closed with it.
 */
export async function stopListening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  if (server.listening) server.close();
}
