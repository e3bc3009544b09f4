import type { Socket } from 'node:net';

/** What a client that means HTTP/2 without TLS sends first (RFC 9113, 3.4). No HTTP/1.1 request begins like it. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** `gone`: the connection ended, failed, or stayed silent; it is closed already. */
export type Protocol = 'h2' | 'http1' | 'gone';

/**
 * Reads just enough of a new connection to tell HTTP/2 from HTTP/1.1, puts the bytes back and reports once. The preface
 * may arrive in any number of pieces.
 */
export function sniff(socket: Socket, silenceMs: number, report: (protocol: Protocol) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => settle('gone'), silenceMs);
  const settle = (protocol: Protocol): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('end', onEnd).off('close', onEnd);
    if (protocol === 'gone') socket.destroy();
    else {
      socket.off('error', onError);
      // Paused, or the bytes would flow to nobody before the HTTP/2 session (which reads them a tick later) has them.
      socket.pause();
      socket.unshift(seen);
    }
    report(protocol);
  };
  const onData = (chunk: Buffer): void => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, PREFACE.length);
    if (!seen.subarray(0, length).equals(PREFACE.subarray(0, length))) settle('http1');
    else if (length === PREFACE.length) settle('h2');
  };
  const onEnd = (): void => settle('gone');
  // Kept on a socket that is given up: it may still report a reset.
  const onError = (): void => settle('gone');
  socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
}
