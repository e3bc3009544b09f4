import type { CreateDefaults, Policy, TypePolicy } from '@diode/engine';

const origin = { file: 'reconciler.yml', line: 1, key: 'defaults' } as const;

export const BARE_TYPE_POLICY: TypePolicy = {
  mappings: [],
  transformations: [],
  customFields: [],
  defaults: {},
  excludePrivate: null,
  excludeReserved: null,
  required: [],
  checks: [],
  enforceCase: false,
};

export const DEFAULTS: CreateDefaults = {
  role: 'Unknown',
  manufacturer: 'Unknown',
  manufacturers: ['Cisco', 'Juniper', 'Palo Alto Networks'],
  interfaceName: 'mgmt0',
  interfaceType: 'other',
  origin,
};

/** A policy with nothing in it but what is given for some types. */
export function policyWith(
  o: {
    readonly types?: Readonly<Record<string, Partial<TypePolicy>>>;
    readonly defaults?: Partial<CreateDefaults>;
    readonly mayCreate?: (objectType: string) => boolean;
  } = {},
): Policy {
  const compiled = new Map<string, TypePolicy>();
  return {
    kind: 'policy',
    version: 'test',
    typePolicy: (type) => {
      const known = compiled.get(type);
      if (known !== undefined) return known;
      const made = { ...BARE_TYPE_POLICY, ...o.types?.[type] };
      compiled.set(type, made);
      return made;
    },
    defaults: { ...DEFAULTS, ...o.defaults },
    mayCreateReference: o.mayCreate ?? (() => true),
  };
}

export const at = (file: string, line: number, key = '') => ({ file, line, key });
