import { z } from 'zod';

const DEFAULT_SIZE = 250;
const MAX_SIZE = 1000;

const token = z.object({ offset: z.string().regex(/^\d{1,9}$/) });

export interface Page {
  readonly size: number;
  /** Clients before this page. */
  readonly offset: number;
}

/** Hydra's page_size and page_token; what it cannot read is the default, as with Hydra. */
export function readPage(query: URLSearchParams): Page {
  const wanted = Number(query.get('page_size'));
  const size = Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MAX_SIZE) : DEFAULT_SIZE;
  try {
    const decoded = Buffer.from(query.get('page_token') ?? '', 'base64url').toString('utf8');
    return { size, offset: Number(token.parse(JSON.parse(decoded)).offset) };
  } catch {
    return { size, offset: 0 };
  }
}

/** The Link header: relative references, as Hydra writes them. */
export function pageLinks(path: string, query: URLSearchParams, page: Page, total: number): string {
  const last = Math.max(0, (Math.ceil(total / page.size) - 1) * page.size);
  const link = (offset: number, rel: string): string => {
    const at = new URLSearchParams(query);
    at.set('page_size', String(page.size));
    at.set('page_token', Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url'));
    return `<${path}?${at}>; rel="${rel}"`;
  };
  const links = page.offset > 0 ? [link(0, 'first')] : [];
  if (page.offset < last) links.push(link(page.offset + page.size, 'next'));
  if (page.offset > 0) links.push(link(Math.max(0, page.offset - page.size), 'prev'));
  return [...links, link(last, 'last')].join(',');
}
