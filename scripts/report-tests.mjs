// Usage: node report-tests.mjs DIR PASSED FAILED [failed check …]
// Reads vitest's JSON reports in DIR, prints the slowest tests and, last, "N passed, N failed". Exits 1 when anything failed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [dir, checksPassed, checksFailed, ...failures] = process.argv.slice(2);
let passed = Number(checksPassed);
let failed = Number(checksFailed);
const tests = [];
for (const file of readdirSync(dir).filter((f) => f.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(dir, file), 'utf8'));
  const rc = Number(readFileSync(join(dir, file.replace('.json', '.rc')), 'utf8'));
  passed += report.numPassedTests;
  // A suite that broke outside its tests (a hook, an unhandled error) failed even when each test passed.
  failed += report.numFailedTests > 0 ? report.numFailedTests : rc === 0 ? 0 : 1;
  if (report.numTotalTests === 0) {
    failed += 1;
    failures.push(`${file}: no test ran`);
  }
  for (const suite of report.testResults) {
    for (const t of suite.assertionResults) {
      tests.push({ ms: t.duration ?? 0, name: t.fullName });
      if (t.status === 'failed') failures.push(t.fullName);
    }
  }
}
tests.sort((a, b) => b.ms - a.ms);
console.log('\nSlowest tests:');
for (const t of tests.slice(0, 10)) console.log(`  ${(t.ms / 1000).toFixed(2).padStart(7)} s  ${t.name}`);
if (failures.length > 0) {
  console.log('\nFailed:');
  for (const f of new Set(failures)) console.log(`  ${f}`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
