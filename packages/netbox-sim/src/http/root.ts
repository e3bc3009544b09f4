import type { Engine } from '../engine.js';
import type { Json } from '../tables/table-shapes.js';
import { type Answer, detail, json } from './answer.js';
import type { Request } from './request.js';

/** Paths NetBox answers that belong to no type. */
const unserved =
  /^\/api\/(schema|plugins|users\/tokens\/provision|core\/background-[\w-]+|extras\/(scripts|dashboard))\/|^\/api\/[\w-]+\/[\w-]+\/\d+\/(available-[\w-]+|trace|paths|elevation|render-config|sync|choices)\//;

/** `/api/`, `/api/<app>/`, `/api/status/`; null for a path NetBox does not have. */
export function rootAnswer(engine: Engine, request: Request): Answer | null {
  const { path, base, method } = request;
  const known =
    path === '/api/' || path === '/api/status/' || path === '/api/users/config/' || appTypes(engine, path) !== null;
  if (!known) return unserved.test(path) ? detail(501, `The stand-in does not serve ${path}; NetBox does.`) : null;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS')
    return detail(405, `Method "${method}" not allowed.`);
  if (path === '/api/status/') return json(200, status(engine));
  if (path === '/api/users/config/') return json(200, {});
  if (path !== '/api/') return json(200, appTypes(engine, path)?.(base) ?? {});
  const apps = [...new Set(engine.tables.types.map((type) => type.path.split('/')[2] ?? ''))];
  const names = [...apps, 'plugins', 'status'].sort();
  return json(200, Object.fromEntries(names.map((name) => [name, `${base}/api/${name}/`])));
}

function appTypes(engine: Engine, path: string): ((base: string) => Record<string, Json>) | null {
  const types = engine.tables.types.filter((type) => /^\/api\/[\w-]+\/$/.test(path) && type.path.startsWith(path));
  if (types.length === 0) return null;
  const names = types.map((type) => type.path.split('/')[3] ?? '').sort();
  return (base) => Object.fromEntries(names.map((name) => [name, `${base}${path}${name}/`]));
}

function status(engine: Engine): Json {
  return {
    'django-version': '5.2.9',
    hostname: 'stand-in',
    installed_apps: {},
    'netbox-version': engine.tables.netbox,
    'netbox-full-version': engine.tables.netbox,
    plugins: {},
    'python-version': '3.11.7',
    'rq-workers-running': 1,
  };
}
