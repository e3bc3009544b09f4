/** The arrows of DESIGN.md "Rooms" as rules; see docs/decisions/0001-packages-and-contracts.md. */
const pkg = (names) => `^(packages|services)/(${names})/`;
const only = (from, allowed) => ({
  name: `arrows-${from}`,
  severity: 'error',
  comment: `${from} may import only: ${allowed || 'nothing of ours'}`,
  from: { path: pkg(from) },
  to: { path: '^(packages|services)/', pathNot: pkg(allowed ? `${from}|${allowed}` : from) },
});
module.exports = {
  forbidden: [
    only('protocol', ''),
    only('catalogue', 'protocol'),
    only('engine', 'protocol|catalogue'),
    only('policy', 'protocol|catalogue|engine|limits'),
    only('netbox', 'protocol|catalogue|engine'),
    only('netbox-sim', ''),
    only('store', 'protocol|catalogue|engine'),
    only('queue', 'protocol|limits'),
    only('access', 'protocol'),
    only('limits', ''),
    only('runtime', 'protocol|limits'),
    only('embedded', 'protocol'),
    only('issuer', 'protocol'),
    only('cli', 'protocol|catalogue|engine|policy|runtime|netbox'),
    only('auth', 'protocol|access|runtime|limits|policy|queue'),
    only('init', 'protocol|access|runtime'),
    only('ingester', 'protocol|catalogue|engine|policy|access|runtime|store|queue|limits'),
    only('reconciler', 'protocol|catalogue|engine|policy|access|runtime|store|queue|netbox|limits'),
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-undeclared',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: '^(packages|services)/',
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined', 'npm-dev'],
        dependencyTypesNot: ['type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|/tests/|/scripts/|\\.test\\.ts$)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['diode-source', 'import', 'node', 'default'],
    },
  },
};
