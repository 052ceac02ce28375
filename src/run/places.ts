import type { Problem } from '../labs/lab.ts';

/** Where in a document something stands. */
export interface Place {
  /** As a sentence begins: `Line 3` of YAML, `run.knobs.loss.foo` of JSON; empty where the problem's own name says it. */
  text: string;
  /** Counted from 1; JSON has none. */
  line?: number;
}

/** A problem with where it stands, in words and as data. One that has a place keeps it. */
export function placed(problem: Problem, place: Place | undefined): Problem {
  if (!place || problem.line !== undefined) return problem;
  return {
    ...problem,
    text: place.text === '' || place.text === problem.key ? problem.text : `${place.text}: ${problem.text}`,
    ...(place.line !== undefined && { line: place.line }),
  };
}
