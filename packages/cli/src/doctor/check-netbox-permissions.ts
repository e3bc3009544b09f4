import { allObjectTypes, type ObjectTypeRow } from '@diode/catalogue';
import { isJsonObject } from '@diode/protocol';
import type { Dispatcher } from 'undici';
import { reasonOf } from '../client/send.js';
import { type Finding, failing, fine, warning } from './finding.js';
import { look } from './http-look.js';

const AT_ONCE = 4;

type May = 'write' | 'look' | 'nothing' | 'absent';

/**
 * May the token write every type that Diode writes? NetBox names what this token may do in its answer to OPTIONS: without `actions.POST` it may not
 * create. Nothing is written to find out.
 */
export async function checkNetboxPermissions(o: {
  base: string;
  headers: Readonly<Record<string, string>>;
  dispatcher: Dispatcher;
}): Promise<readonly Finding[]> {
  const check = 'NetBox permissions';
  const may = new Map<May, string[]>();
  const open = [...allObjectTypes()];
  const work = async (): Promise<void> => {
    for (let row = open.shift(); row !== undefined; row = open.shift()) {
      const found = await ask(row, o);
      may.set(found, [...(may.get(found) ?? []), row.name]);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    return [failing(check, reasonOf(error), 'Look again once NetBox answers.')];
  }
  const list = (which: May): readonly string[] => [...(may.get(which) ?? [])].sort();
  const refused = [...list('look'), ...list('nothing')].sort();
  const absent = list('absent');
  const written = list('write').length;
  return [
    refused.length === 0
      ? fine(check, `may write all ${written} types that Diode writes`)
      : failing(
          check,
          `may not write ${refused.join(', ')}`,
          "In NetBox give the token's user permission to view, add and change these, and the token itself write access.",
        ),
    ...(absent.length === 0
      ? []
      : [warning(check, `this NetBox has no ${absent.join(', ')}`, 'Nothing to do unless a source asserts these.')]),
  ];
}

async function ask(
  row: ObjectTypeRow,
  o: { base: string; headers: Readonly<Record<string, string>>; dispatcher: Dispatcher },
): Promise<May> {
  const { base, headers, dispatcher } = o;
  const { status, json } = await look(`${base}/api/${row.endpoint}/`, { method: 'OPTIONS', headers, dispatcher });
  if (status === 404) return 'absent';
  if (status !== 200 || !isJsonObject(json)) return 'nothing';
  return isJsonObject(json.actions) && json.actions.POST !== undefined ? 'write' : 'look';
}
