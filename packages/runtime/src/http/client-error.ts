import type { Socket } from 'node:net';
import { ERRORS, type ErrorCode } from '@diode/protocol';
import { PROBLEM_TYPE } from './problem.js';
import { requestId } from './request-id.js';

interface RawFault {
  readonly status: number;
  readonly reason: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What the HTTP parser could not read is answered here, before there is a request: always 4xx, always a problem body. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason, code, detail } = faultOf(error.code);
  const body = JSON.stringify({
    type: `/errors/${code}`,
    title: ERRORS[code].title,
    status,
    code,
    detail,
    request_id: requestId(undefined),
    errors: [],
  });
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  socket.end(head + body, () => socket.destroy());
}

function faultOf(code: string | undefined): RawFault {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        reason: 'Request Header Fields Too Large',
        code: 'invalid_request',
        detail: 'the headers are too large',
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        status: 413,
        reason: 'Payload Too Large',
        code: 'body_too_large',
        detail: 'the chunk extensions are too large',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        reason: 'Request Timeout',
        code: 'invalid_request',
        detail: 'the request did not arrive in time',
      };
    default:
      return { status: 400, reason: 'Bad Request', code: 'invalid_request', detail: 'this is not an HTTP/1.1 request' };
  }
}
