import { fieldOf } from '@diode/catalogue';
import type { ProblemItem } from '@diode/protocol';
import { type Graph, policyFor } from '../graph/graph.js';
import { fullLabelOf } from '../graph/label.js';
import type { FieldInput, GraphNode } from '../graph/node.js';
import { inputOf, type Thing } from '../graph/thing.js';
import { typeWord } from '../graph/words.js';
import { probeAt } from '../identify/probes.js';
import type { Draft } from './draft.js';

/** May it be made, and has it all it needs? An assertion that lacks something is rejected; what is only referred to is left unmade. */
export function checkCreate(graph: Graph, draft: Draft): void {
  const { thing } = draft;
  const { row } = thing;
  const asserted = thing.nodes.filter((node) => node.shape === 'asserted');
  const name = `${typeWord(row)} ${fullLabelOf(thing, graph)}`;
  const isDerived = thing.nodes.every((node) => node.shape === 'derived');
  if (asserted.length === 0 && !isDerived && !graph.policy.mayCreateReference(row.name)) {
    draft.action = 'hold';
    draft.failure = {
      verdict: 'unresolved',
      code: 'reference_missing',
      detail: `NetBox has no ${name}, and the policy makes none for a reference`,
      remedy: `Create it in NetBox, assert it, or allow ${row.collection.replaceAll('-', '_')} under create: in reconciler.yml.`,
    };
    return;
  }
  // A slug that could not be chosen is a problem of its own.
  const missing = [...missingFields(graph, thing, asserted), ...namelessness(thing)].filter(
    (one) => one.pointer !== '/slug' || thing.problems.length === 0,
  );
  const holds = thing.problems.length > 0 || [...draft.unset].some((field) => fieldOf(row, field)?.required === true);
  if (missing.length === 0 && !holds) return;
  draft.action = missing.length > 0 ? 'reject' : 'hold';
  draft.problems.push(...thing.problems, ...missing);
  const why = draft.problems.map((one) => one.detail).join('; ');
  draft.failure = {
    verdict: missing.length > 0 ? 'unresolved' : 'held',
    code: 'reference_missing',
    detail: `NetBox has no ${name}, and it cannot be made: ${why}`,
    remedy: draft.problems[0]?.remedy ?? 'Create it in NetBox.',
  };
}

/** What NetBox demands, and what the policy demands of an assertion. What is said and not known yet is not missing. */
function* missingFields(graph: Graph, thing: Thing, asserted: readonly GraphNode[]): Generator<ProblemItem> {
  const seen = new Set<string>();
  const lacks = (field: string): boolean => {
    if (seen.has(field)) return false;
    seen.add(field);
    return isMissing(thing, field);
  };
  const word = typeWord(thing.row);
  for (const { name, required } of thing.row.fields) {
    if (required !== true || !lacks(name)) continue;
    const detail = `${name} is missing, and NetBox demands it for a new ${word}`;
    yield { pointer: `/${name}`, code: 'required', detail, remedy: `Send ${name}.` };
  }
  for (const node of asserted) {
    for (const { field, origin } of policyFor(graph, thing.row, node.mention).required) {
      if (!lacks(field)) continue;
      yield {
        pointer: `/${field.replaceAll('.', '/')}`,
        code: 'required',
        detail: `${field} is missing, and ${origin.file}:${origin.line} demands it for a new ${word}`,
        remedy: `Send ${field}, or take it out of ${origin.key}.`,
      };
    }
  }
}

/** What nothing can find again would be made anew by every assertion (I5). */
function* namelessness(thing: Thing): Generator<ProblemItem> {
  const { row } = thing;
  if (row.fields.some(({ name, required }) => required === true && isMissing(thing, name))) return;
  if (thing.nodes.some((node) => probeAt(node, 0) !== null)) return;
  yield {
    pointer: `/${row.labelField}`,
    code: 'required',
    detail: `nothing says which ${typeWord(row)} this is`,
    remedy: `Send ${row.matchers.map((matcher) => matcher.fields.join(' and ')).join(', or ')}.`,
  };
}

function isMissing(thing: Thing, field: string): boolean {
  if (field.startsWith('custom_fields.')) {
    const name = field.slice('custom_fields.'.length);
    const given = thing.nodes.some((node) => {
      const input = node.fields.get('custom_fields');
      return input?.kind === 'custom' && (input.entries.get(name)?.value ?? null) !== null;
    });
    return !given && !thing.customDefaults.has(name);
  }
  const input = inputOf(thing, field)?.input ?? thing.defaults.get(field)?.input;
  return input === undefined || isBlank(input);
}

function isBlank(input: FieldInput): boolean {
  if (input.kind === 'nodes') return input.nodes.length === 0;
  if (input.kind !== 'value') return false;
  return input.value === null || input.value === '' || (Array.isArray(input.value) && input.value.length === 0);
}
