/**
 * `npm test`: unit and browser tests (vitest), then the built page in Chromium (Playwright). Both run, whatever fails;
 * the last line adds up their counts. `npm test -- <part> …` runs some of it: a folder or file of tests/, or a lab.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium, ensureDependencies, root, runTool, stop } from './env.mjs';
import { compareMachine, describeMachine } from './machine.mjs';
import { select } from './parts.mjs';

const parts = process.argv.slice(2);
const files = selected();
// .ci/run asks before its first command: what that installs is installed by the run.
const before = process.env['MACHINE_BEFORE'] || describeMachine();
ensureDependencies();
if (files.browser.length > 0 || files.page.length > 0) ensureChromium();

const reports = mkdtempSync(join(tmpdir(), 'collapse-lab-'));
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const times = [];
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  const projects = /** @type {const} */ (['unit', 'browser']).filter((project) => files[project].length > 0);
  if (projects.length > 0)
    timed(projects.join(' and '), () => {
      runVitest(
        projects,
        projects.flatMap((project) => files[project]),
      );
    });
  if (files.page.length > 0)
    timed('page', () => {
      runPlaywright(files.page);
    });
} finally {
  rmSync(reports, { recursive: true, force: true });
}

// The end of a long output is what one sees of it.
console.log(`\n${compareMachine(before, describeMachine())}\ntime: ${times.join(', ')}`);
for (const failure of failures) console.log(`failed: ${failure}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function selected() {
  try {
    return select(parts);
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {string} name
 * @param {() => void} run
 */
function timed(name, run) {
  console.log(`\n— ${name}`);
  const start = performance.now();
  run();
  const seconds = Math.round((performance.now() - start) / 1000);
  times.push(`${name} ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
}

/**
 * @param {readonly string[]} projects
 * @param {readonly string[]} paths
 */
function runVitest(projects, paths) {
  const file = join(reports, 'vitest.json');
  const succeeded = runTool('vitest', [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...only(paths),
  ]);
  add(succeeded, file, (report) => {
    for (const one of report.testResults) {
      if (failedToLoad(one)) failures.push(`${relative(one.name)}: ${firstLine(one.message)}`);
      for (const test of one.assertionResults)
        if (test.status === 'failed')
          failures.push(`${relative(one.name)}: ${test.fullName}: ${firstLine(test.failureMessages?.[0])}`);
    }
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.testResults.filter(failedToLoad).length,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  });
}

/** @param {readonly string[]} paths */
function runPlaywright(paths) {
  const file = join(reports, 'playwright.json');
  const succeeded = runTool('playwright', ['test', '--reporter=list,json', ...only(paths)], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
  });
  add(succeeded, file, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

/** The runners find everything by themselves. @param {readonly string[]} paths */
function only(paths) {
  return parts.length === 0 ? [] : paths;
}

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
  return file.replace(root, '');
}

/** @param {string | undefined} text */
function firstLine(text) {
  return (text ?? '').split('\n', 1)[0];
}

/** @param {{ status: string, assertionResults: unknown[] }} file */
function failedToLoad({ status, assertionResults }) {
  return status === 'failed' && assertionResults.length === 0;
}
