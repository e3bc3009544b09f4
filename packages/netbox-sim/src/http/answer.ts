import type { Json } from '../tables/table-shapes.js';

/** What goes back: a JSON body, a page, or nothing. */
export interface Answer {
  readonly status: number;
  readonly body?: Json;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const json = (status: number, body: Json, headers?: Record<string, string>): Answer => ({
  status,
  body,
  ...(headers && { headers }),
});

export const html = (status: number, text: string): Answer => ({ status, html: text });
export const empty = (status: number): Answer => ({ status });
export const detail = (status: number, words: string): Answer => json(status, { detail: words });

/** What NetBox answers for a path it does not have: a page, not JSON. */
export const notFoundPage = (path: string): Answer =>
  html(
    404,
    `<!DOCTYPE html>\n<html lang="en"><head><title>Page Not Found | NetBox</title></head><body><h2>${escapeHtml(path)}</h2>The requested page does not exist.</body></html>\n`,
  );

export const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[char] ?? char,
  );
