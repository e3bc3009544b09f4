import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '@diode/engine';
import type { PolicyWarning } from './loaded-policy.js';
import type { Mistake } from './mistake.js';
import { MAX_FILE_BYTES } from './yaml/parse-yaml.js';

export const POLICY_FILES = [
  'ingester.yml',
  'reconciler.yml',
  'sync-policies.yml',
  'transformations.yml',
  'conflict-resolution.yml',
  'rate-limits.yml',
] as const;
export type PolicyFileName = (typeof POLICY_FILES)[number];

/** The text of each file that is there. */
export type PolicyFiles = Readonly<Partial<Record<PolicyFileName, string>>>;

export interface FoundFiles {
  readonly files: PolicyFiles;
  readonly mistakes: readonly Mistake[];
  readonly warnings: readonly PolicyWarning[];
}

/** Reads the policy files of a directory. A file that is absent is fine; one that cannot be read is a mistake, never a throw. */
export function readPolicyDirectory(directory: string): FoundFiles {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return {
        files: {},
        mistakes: [],
        warnings: [warn(directory, 'there is no such directory; the built-in defaults hold')],
      };
    }
    return { files: {}, mistakes: [unreadable(directory, error)], warnings: [] };
  }
  const files: [PolicyFileName, string][] = [];
  const mistakes: Mistake[] = [];
  for (const name of POLICY_FILES) {
    if (!names.includes(name)) continue;
    const read = readText(join(directory, name), name);
    if (typeof read === 'string') files.push([name, read]);
    else mistakes.push(read);
  }
  return { files: Object.fromEntries(files), mistakes, warnings: strangers(names) };
}

function readText(path: string, name: string): string | Mistake {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) return whole(name, `larger than ${MAX_FILE_BYTES} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    return error instanceof TypeError ? whole(name, 'not UTF-8 text') : unreadable(name, error);
  }
}

/** YAML files nobody reads: most likely a name mistyped. */
function strangers(names: readonly string[]): readonly PolicyWarning[] {
  return names
    .filter((name) => /\.ya?ml$/.test(name) && !(POLICY_FILES as readonly string[]).includes(name))
    .map((name) => {
      const near = didYouMean(name.replace(/\.yaml$/, '.yml'), POLICY_FILES);
      return warn(name, `this file is not read${near === null ? '' : `; ${near}`}`);
    });
}

function unreadable(name: string, error: unknown): Mistake {
  return whole(name, `cannot be read (${codeOf(error) ?? 'unknown fault'})`);
}

function whole(file: string, message: string): Mistake {
  return { file, line: 0, column: 0, key: '', message, suggestion: null };
}

function warn(file: string, message: string): PolicyWarning {
  return { file, line: 0, key: '', message };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
