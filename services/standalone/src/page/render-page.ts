import type { Receipt } from '@diode/protocol';

/** What the front page shows. */
export interface PageView {
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
  /** Newest first; null when this page may not show them (not on loopback). */
  readonly receipts:
    | readonly {
        readonly syncId: string;
        readonly source: string;
        readonly receivedAt: string;
        readonly dryRun: boolean;
        readonly receipt: Receipt;
      }[]
    | null;
  /** Where clients reach Diode and its issuer. */
  readonly url: string;
  readonly issuerUrl: string;
  readonly netboxUrl: string;
  readonly standIn: boolean;
  readonly demo: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML text or attribute value. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
}

/** The page at `/`: is all well, the last receipts, a ready curl line. No script, no outside resource. */
export function renderPage(view: PageView): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Diode</title><meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2733;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #dde3e9;vertical-align:top}
pre{background:#f2f5f8;padding:1rem;overflow:auto;border-radius:4px}.ok{color:#0a6b3d}.bad{color:#b3261e}small{color:#5b6875}.when{white-space:nowrap}
</style></head><body>
<h1>Diode</h1>
<p class="${view.ok ? 'ok' : 'bad'}"><strong>${view.ok ? 'All is well.' : 'Something needs attention.'}</strong></p>
${checksTable(view)}
<h2>Last receipts</h2>
${receiptsTable(view)}
<h2>Send something</h2>
<pre>${escapeHtml(curlLines(view))}</pre>
<p>NetBox: <a href="${escapeHtml(view.netboxUrl)}">${escapeHtml(view.netboxUrl)}</a>${view.standIn ? ' (the stand-in: a small copy of its API, for trying out)' : ''}
· <a href="/api/docs">API</a> · <a href="/api/v1/openapi.json">OpenAPI</a> · <a href="/health">health</a></p>
</body></html>
`;
}

function checksTable(view: PageView): string {
  const rows = view.checks.map(
    (c) =>
      `<tr><td>${escapeHtml(c.name)}</td><td class="${c.ok ? 'ok' : 'bad'}">${c.ok ? 'ok' : 'failing'}</td><td><small>${escapeHtml(c.detail)}</small></td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

function receiptsTable(view: PageView): string {
  if (view.receipts === null)
    return '<p>Shown on loopback only; use <code>GET /api/v1/sync/{id}/status</code> with a token.</p>';
  if (view.receipts.length === 0) return '<p>None yet.</p>';
  const rows = view.receipts.map(({ syncId, source, receivedAt, dryRun, receipt }) => {
    const name = escapeHtml(receipt.key);
    const link =
      receipt.netbox === null || !/^https?:/.test(receipt.netbox.url)
        ? name
        : `<a href="${escapeHtml(receipt.netbox.url)}">${name}</a>`;
    const error = receipt.error === null ? '' : `<br><small>${escapeHtml(receipt.error.detail)}</small>`;
    const bad = receipt.state === 'failed' || receipt.state === 'rejected' || receipt.state === 'held';
    return `<tr><td><small class="when">${escapeHtml(receivedAt.replace(/\.\d+Z$/, 'Z'))}</small></td><td>${escapeHtml(source)}</td><td class="${bad ? 'bad' : 'ok'}">${receipt.state}${dryRun ? '<br><small class="when">dry run</small>' : ''}</td><td>${escapeHtml(receipt.object_type)}</td><td>${link}${error}</td><td><small>${escapeHtml(syncId)}</small></td></tr>`;
  });
  return `<table><tr><th>received</th><th>source</th><th>state</th><th>type</th><th>object</th><th>sync</th></tr>${rows.join('')}</table>`;
}

function curlLines(view: PageView): string {
  const user = view.demo ? 'diode-ingest:diode-ingest-secret' : 'diode-ingest:SECRET';
  return `TOKEN=$(curl -s -u ${user} -d grant_type=client_credentials -d 'scope=read write' ${view.issuerUrl}/oauth2/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -d '{"source":"me","data":{"name":"switch-02","device_type":"Cisco Catalyst 9300","site":"DC1"}}' \\
  '${view.url}/api/v1/ingest/devices?wait=10s'`;
}
