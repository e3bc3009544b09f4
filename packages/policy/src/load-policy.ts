import { createHash } from 'node:crypto';
import type { Policy } from '@diode/engine';
import { conflictBlock, syncBlock, transformationBlock } from './compile/block.js';
import { creatableTypes, createDefaults } from './compile/create-defaults.js';
import { makeTypePolicyOf } from './compile/type-policy.js';
import { warningsOf } from './compile/warnings.js';
import type { LoadResult, PolicyWarning } from './loaded-policy.js';
import type { Mistake } from './mistake.js';
import { POLICY_FILES, type PolicyFileName, type PolicyFiles, readPolicyDirectory } from './policy-files.js';
import type { ReadContext, Reader } from './read/reader.js';
import { conflictResolutionFile } from './schema/conflict-resolution.js';
import { ingesterFile } from './schema/ingester.js';
import { rateLimitSettings, rateLimitsFile } from './schema/rate-limits.js';
import { reconcilerFile, reconcilerSettings } from './schema/reconciler.js';
import { syncPoliciesFile } from './schema/sync-policies.js';
import { transformationsFile } from './schema/transformations.js';
import type { Located } from './yaml/located.js';
import { parseYaml } from './yaml/parse-yaml.js';

const NOTHING: Located = { kind: 'scalar', value: null, at: { line: 1, column: 1 } };

/**
 * Reads, checks and compiles the policy: a directory's files, or their texts. Every mistake of every file is reported at once;
 * an absent or empty file means its built-in defaults. Never throws.
 */
export function loadPolicy(from: string | PolicyFiles): LoadResult {
  const found = typeof from === 'string' ? readPolicyDirectory(from) : { files: from, mistakes: [], warnings: [] };
  const mistakes: Mistake[] = [...found.mistakes];
  const notInForce: ReadContext['notInForce'] = [];
  const warnings: PolicyWarning[] = [...found.warnings];
  const read = <T>(file: PolicyFileName, reader: Reader<T>): T | undefined => {
    const parsed = parseYaml(file, found.files[file] ?? '');
    mistakes.push(...parsed.mistakes);
    return reader.read(parsed.root ?? NOTHING, '', { file, mistakes, notInForce, warnings });
  };
  const ingester = read('ingester.yml', ingesterFile);
  const reconciler = read('reconciler.yml', reconcilerFile);
  const sync = read('sync-policies.yml', syncPoliciesFile);
  const transformations = read('transformations.yml', transformationsFile);
  const conflicts = read('conflict-resolution.yml', conflictResolutionFile);
  const rateLimits = read('rate-limits.yml', rateLimitsFile);
  if (mistakes.length > 0 || ingester === undefined || reconciler === undefined) {
    return { kind: 'invalid', mistakes: inOrder(mistakes) };
  }

  const blocks = [
    ...(transformations?.data_transformations ?? []).map((of) => transformationBlock(of, transformations?.applies_to)),
    ...(sync?.sync_policies ?? []).map((of) => syncBlock(of, sync?.applies_to)),
    ...(conflicts?.conflict_resolution?.per_model_policies ?? []).map(conflictBlock),
  ];
  const creatable = creatableTypes(reconciler);
  const policy: Policy = {
    kind: 'policy',
    version: versionOf(found.files),
    typePolicy: makeTypePolicyOf(blocks),
    defaults: createDefaults(reconciler),
    mayCreateReference: (objectType) => creatable.has(objectType),
  };
  return {
    kind: 'ok',
    policy,
    settings: { ingester, reconciler: reconcilerSettings(reconciler), rateLimits: rateLimitSettings(rateLimits) },
    files: POLICY_FILES.filter((name) => found.files[name] !== undefined),
    rules: blocks.flatMap((block) => block.rules),
    notInForce,
    warnings: [...warnings, ...warningsOf(blocks)],
  };
}

/** SHA-256 over names and texts, so that two instances can tell whether they follow the same policy. */
function versionOf(files: PolicyFiles): string {
  const hash = createHash('sha256');
  for (const name of POLICY_FILES) {
    const text = files[name];
    if (text !== undefined) hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
  }
  return hash.digest('hex');
}

function inOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  const rank = (file: string): number => (POLICY_FILES as readonly string[]).indexOf(file);
  return [...mistakes].sort((a, b) => rank(a.file) - rank(b.file) || a.line - b.line || a.column - b.column);
}
