import { readFileSync } from 'node:fs';
import { DiodeError, type ProblemItem } from '@diode/protocol';
import type { Setting } from './setting.js';

/** A record of settings; its keys are the names code uses. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** What `readConfig` gives for a record of settings. */
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

export interface ReadConfigOptions {
  /** Reads a `NAME_FILE`; replaced in tests. */
  readonly readFile?: (path: string) => string;
}

/**
 * Environment → frozen configuration. A variable that is empty counts as unset (compose passes empty ones). A secret may be
 * given as `NAME_FILE`: the file's content without its last line break. All mistakes are reported at once.
 * @throws DiodeError config_invalid with one item a mistake; a secret's value is never in it
 */
export function readConfig<const S extends Settings>(
  settings: S,
  env: Readonly<Record<string, string | undefined>>,
  o: ReadConfigOptions = {},
): ConfigOf<S> {
  const values: Record<string, unknown> = {};
  const mistakes: ProblemItem[] = [];
  for (const [key, one] of Object.entries(settings)) {
    const raw = readRaw(one, env, o.readFile ?? readText);
    if (raw.mistake !== null) {
      mistakes.push(mistake(one.env, raw.mistake));
      continue;
    }
    const read = one.schema.safeParse(raw.value);
    if (read.success) values[key] = read.data;
    else
      mistakes.push(
        mistake(one.env, `${one.env} ${read.error.issues[0]?.message ?? 'is not valid'}${shown(one, raw.value)}`),
      );
  }
  if (mistakes.length > 0) {
    throw new DiodeError('config_invalid', { detail: mistakes.map((m) => m.detail).join('; '), errors: mistakes });
  }
  return freeze<S>(values);
}

/** The values were read by the settings' own schemas, key by key; this is the one place that says so to the compiler. */
function freeze<S extends Settings>(values: Record<string, unknown>): ConfigOf<S> {
  return Object.freeze(values) as ConfigOf<S>;
}

interface Raw {
  readonly value: string | undefined;
  readonly mistake: string | null;
}

function readRaw(
  one: Setting<unknown>,
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string,
): Raw {
  const value = present(env[one.env]);
  const file = one.secret ? present(env[`${one.env}_FILE`]) : undefined;
  if (file === undefined) return { value, mistake: null };
  if (value !== undefined)
    return { value: undefined, mistake: `${one.env} and ${one.env}_FILE are both set; keep one` };
  try {
    const content = readFile(file).replace(/\r?\n$/, '');
    if (content !== '') return { value: content, mistake: null };
    return { value: undefined, mistake: `the file ${file} of ${one.env}_FILE is empty` };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { value: undefined, mistake: `the file ${file} of ${one.env}_FILE cannot be read (${why})` };
  }
}

function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}

function shown(one: Setting<unknown>, value: string | undefined): string {
  return one.secret || value === undefined || value.includes('@') ? '' : `, not "${value.slice(0, 80)}"`;
}

function mistake(env: string, detail: string): ProblemItem {
  return { pointer: `/env/${env}`, code: 'config_invalid', detail, remedy: `Set ${env} as .env.example explains.` };
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
