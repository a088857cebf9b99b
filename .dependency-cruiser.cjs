// The layers (docs of the design: mail <- bus, store, dlp; settings <- store; runtime stands alone; service is built of all of
// them and serves services only; services import libraries, never each other; the test kit serves tests and the bench only). Held by
// `./pochtar check`.
const testFiles = '(\\.test\\.ts$|-fixture\\.ts$|\\.measure\\.ts$|/tests/|^infra/acceptance/)';

/** Libraries may import each other in these directions only. */
const directions = {
  mail: [],
  runtime: [],
  settings: [],
  dlp: ['mail', 'runtime'],
  bus: ['mail', 'runtime'],
  store: ['mail', 'runtime', 'settings'],
  service: ['bus', 'mail', 'runtime', 'settings', 'store'],
};

module.exports = {
  forbidden: [
    ...Object.entries(directions).map(([library, allowed]) => ({
      name: `${library}-imports`,
      comment: `libs/${library} may import ${allowed.length > 0 ? allowed.join(', ') : 'no other library'} only`,
      severity: 'error',
      from: { path: `^libs/${library}/`, pathNot: testFiles },
      to: { path: '^(libs|services|infra)/', pathNot: `^libs/(${[library, ...allowed].join('|')})/` },
    })),
    {
      name: 'services-stay-apart',
      comment: 'what two services share belongs into a library',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'service-library-in-services-only',
      severity: 'error',
      from: { path: '^(libs|infra)/', pathNot: '^libs/service/' },
      to: { path: '^libs/service/' },
    },
    {
      name: 'services-import-libraries-only',
      severity: 'error',
      from: { path: '^services/', pathNot: testFiles },
      to: { path: '^infra/' },
    },
    {
      name: 'test-kit-in-tests-only',
      comment: 'and in the bench, for the world outside of an installation',
      severity: 'error',
      from: { path: '^(libs|services|infra)/', pathNot: `^(libs/testkit|infra/bench)/|${testFiles}` },
      to: { path: '^libs/testkit/' },
    },
    {
      name: 'public-door-only',
      comment: 'a library is imported by its exports, not by a path into it',
      severity: 'error',
      from: { path: '^(libs|services|infra)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'pages-know-types-only',
      comment:
        'the pages take types from the contract of the API and pure functions from settings/forms and from what reads tables of people, nothing that runs on the server',
      severity: 'error',
      from: { path: '^services/console/web/', pathNot: testFiles },
      to: {
        path: '^(libs|services|infra)/',
        pathNot: '^(services/console/web/|libs/settings/src/forms|libs/mail/src/csv[.]ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'one-look',
      comment: 'pages are made of our own parts; only those know the component library',
      severity: 'error',
      from: { path: '^services/console/web/src/', pathNot: '^services/console/web/src/ui/' },
      to: { path: 'node_modules/@mantine/' },
    },
    {
      name: 'no-circles',
      comment: 'types included: what both need belongs into a file below both',
      severity: 'error',
      from: { pathNot: testFiles },
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'every package that is imported stands in the package.json of its importer',
      severity: 'error',
      from: { path: '^(libs|services|infra)/' },
      // Packages of the workspace are resolved to their folder; pnpm links only those that are declared.
      to: { path: 'node_modules', dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'no-development-packages-in-programs',
      severity: 'error',
      from: { path: '^(libs|services)/[^/]+/src/', pathNot: `^libs/testkit/|${testFiles}` },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|var|coverage|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
