/**
 * `npm test`: unit and browser tests (vitest), then the built page in Chromium (playwright). Both run, whatever fails;
 * the last line adds up their counts.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium, ensureDependencies, runTool } from './env.mjs';

ensureDependencies();
ensureChromium();

const reports = mkdtempSync(join(tmpdir(), 'collapse-lab-'));
/** @type {string[]} */
const failures = [];
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  console.log('\n— unit and browser');
  const vitest = join(reports, 'vitest.json');
  add(
    runTool('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitest}`]),
    vitest,
    (report) => {
      for (const file of report.testResults) {
        if (failedToLoad(file)) failures.push(`${relative(file.name)}: ${firstLine(file.message)}`);
        for (const test of file.assertionResults)
          if (test.status === 'failed')
            failures.push(
              `${relative(file.name)}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`,
            );
      }
      return {
        passed: report.numPassedTests,
        failed: report.numFailedTests + report.testResults.filter(failedToLoad).length,
        skipped: report.numPendingTests + report.numTodoTests,
      };
    },
  );

  console.log('\n— page');
  const playwright = join(reports, 'playwright.json');
  add(
    runTool('playwright', ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_FILE: playwright }),
    playwright,
    ({ stats }) => ({
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      skipped: stats.skipped,
    }),
  );
} finally {
  rmSync(reports, { recursive: true, force: true });
}

// The end of a long output is what one sees of it.
for (const failure of failures) console.log(`failed: ${failure}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

/**
 * A runner that fails without a failed test (it crashed, a file did not load) counts as one failure.
 * @param {boolean} succeeded
 * @param {string} file
 * @param {(report: any) => typeof total} counts
 */
function add(succeeded, file, counts) {
  let count = { passed: 0, failed: 0, skipped: 0 };
  try {
    count = counts(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // No report: the runner did not get that far, and has said why.
  }
  total.passed += count.passed;
  total.failed += succeeded ? count.failed : Math.max(count.failed, 1);
  total.skipped += count.skipped;
}

/** @param {string} file */
function relative(file) {
  return file.replace(`${process.cwd()}/`, '');
}

/** @param {string | undefined} text */
function firstLine(text) {
  return (text ?? '').split('\n', 1)[0];
}

/** @param {{ status: string, assertionResults: unknown[] }} file */
function failedToLoad({ status, assertionResults }) {
  return status === 'failed' && assertionResults.length === 0;
}
