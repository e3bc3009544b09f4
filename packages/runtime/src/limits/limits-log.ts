import type { Logger } from '../logger.js';

/** One line when limits are suspended, one when they are in force again. For the store's `onChange`. */
export function limitsLog(logger: Logger): (open: boolean, error: unknown) => void {
  return (open, error) => {
    if (open) logger.warn({ err: error }, 'rate limits are suspended: Redis does not answer, requests pass uncounted');
    else logger.info('rate limits are in force again');
  };
}
