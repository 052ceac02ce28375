import fc from 'fast-check';

declare const process: { env: Record<string, string | undefined> } | undefined;

/**
 * Property tests draw the same cases on every run, so that a failure belongs to the change that it appears with.
 * FUZZ_SEED=… looks elsewhere.
 */
const seed = typeof process === 'undefined' ? undefined : process.env['FUZZ_SEED'];
fc.configureGlobal({ seed: Number(seed ?? 20) });
