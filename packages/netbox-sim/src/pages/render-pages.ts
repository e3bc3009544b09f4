import type { Engine } from '../engine.js';
import { escapeHtml } from '../http/answer.js';
import { displayOf } from '../represent/display.js';
import { ordered } from '../represent/order.js';
import { makeView, represent } from '../represent/represent.js';
import { isRecord, type Row } from '../store/row.js';
import type { Json, TypeTable } from '../tables/table-shapes.js';
import { editable } from './editable.js';

const style =
  'body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:0 1rem 3rem;color:#222}' +
  '.mark{background:#fff3cd;border:1px solid #e0c060;padding:.4rem .8rem;margin:1rem 0}' +
  'table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top}' +
  'th{width:14rem;font-weight:600}input,select{width:100%;max-width:30rem;padding:.2rem}.error{color:#a00}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}a{color:#8cf}.mark{background:#443a10}td,th{border-color:#444}}';

/** Every page says what it is: nobody should take it for NetBox. */
export function frame(title: string, body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)} · NetBox stand-in</title><style>${style}</style></head><body><p class="mark"><strong>stand-in</strong>: this is not NetBox. It behaves as NetBox's REST API does, for trying things out. <a href="/">All types</a></p><h1>${escapeHtml(title)}</h1>${body}</body></html>\n`;
}

const listPath = (type: TypeTable): string => (type.page ?? '').split('{id}')[0] ?? '';
const pagePath = (type: TypeTable, id: number): string => (type.page ?? '').replace('{id}', String(id));

export function overviewPage(engine: Engine): string {
  const rows = engine.tables.types
    .filter((type) => type.page !== null && type.model !== 'users.token')
    .map((type) => ({ type, count: engine.db.table(type.model).size }))
    .filter(({ count }) => count > 0)
    .map(
      ({ type, count }) =>
        `<tr><td><a href="${listPath(type)}">${escapeHtml(type.verbosePlural)}</a></td><td>${count}</td><td><code>${type.path}</code></td></tr>`,
    );
  const table = `<table><tr><th>type</th><th>objects</th><th>REST</th></tr>${rows.join('')}</table>`;
  return frame('What is here', `${table}<p>REST API: <a href="/api/">/api/</a> (a token is needed)</p>`);
}

const perPage = 100;

export function listPage(engine: Engine, type: TypeTable, asked: number): string {
  const table = engine.db.table(type.model);
  const page = Number.isInteger(asked) && asked > 0 ? asked : 1;
  const ids = ordered(engine, type, table.ids(), null).slice((page - 1) * perPage, page * perPage);
  const items = ids.flatMap((id) => {
    const row = table.get(id);
    return row ? [`<li><a href="${pagePath(type, id)}">${escapeHtml(displayOf(engine, type, row))}</a></li>`] : [];
  });
  const more = page * perPage < table.size ? `<p><a href="?page=${page + 1}">next</a></p>` : '';
  return frame(`${type.verbosePlural} (${table.size})`, `<ul>${items.join('')}</ul>${more}`);
}

/** An object with its fields as REST shows them, and a small form to change it by hand. */
export function objectPage(engine: Engine, type: TypeTable, row: Row, error: Json): string {
  const shown = represent(makeView({ engine, base: '', counted: true }), type, row);
  const rows = Object.entries(shown).map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${cell(engine, value)}</td></tr>`,
  );
  const inputs = editable(type).map((field) => {
    const value = row[field.source] ?? '';
    const input = field.choices
      ? `<select name="${field.name}">${[['', ''] as const, ...field.choices].map(([one, label]) => `<option value="${escapeHtml(String(one))}"${one === value ? ' selected' : ''}>${escapeHtml(String(label))}</option>`).join('')}</select>`
      : `<input name="${field.name}" value="${escapeHtml(String(value))}">`;
    return `<tr><th><label>${escapeHtml(field.name)}</label></th><td>${input}</td></tr>`;
  });
  const complaint = error === null ? '' : `<p class="error">${escapeHtml(JSON.stringify(error))}</p>`;
  const form =
    inputs.length === 0 || !type.methods.includes('patch')
      ? ''
      : `<h2>Change by hand</h2>${complaint}<form method="post"><table>${inputs.join('')}</table><p><button>Save as admin</button></p></form>`;
  return frame(`${type.verbose} ${displayOf(engine, type, row)}`, `<table>${rows.join('')}</table>${form}`);
}

function cell(engine: Engine, value: Json): string {
  if (value === null) return '—';
  if (Array.isArray(value)) return value.map((item: Json) => cell(engine, item)).join(', ');
  if (!isRecord(value)) return escapeHtml(String(value));
  if (typeof value.label === 'string' && 'value' in value) return escapeHtml(value.label);
  const path = typeof value.url === 'string' ? pageFor(engine, value.url) : null;
  if (path !== null && typeof value.display === 'string') return `<a href="${path}">${escapeHtml(value.display)}</a>`;
  return `<code>${escapeHtml(JSON.stringify(value))}</code>`;
}

function pageFor(engine: Engine, url: string): string | null {
  const match = /^(\/api\/[\w-]+\/[\w-]+\/)(\d+)\/$/.exec(url);
  const type = match?.[1] === undefined ? undefined : engine.tables.byPath(match[1]);
  return type?.page ? pagePath(type, Number(match?.[2])) : null;
}
