/** What the page shows of one lab, and of no other: one chunk, fetched with the lab. */
import type { Component } from 'svelte';
import type { ChartSpec } from '../../charts/lineChart.ts';
import type { Values } from '../../charts/rows.ts';
import type { Span } from '../../charts/zoom.ts';
import type { Change } from '../../charts/pins.ts';
import type { Run } from '../../run/run.svelte.ts';
import type { KnobValues } from '../../terms/knob.ts';
import type { Term } from '../../terms/term.ts';
import type { Entry } from '../kit/glossary/glossary.ts';

type OfRun = Component<{ run: Run }>;

export interface LabPage {
  /** The picture of what the model predicts now, beside what it should predict; `stageLabel` names it, as "Maps". */
  Stage: OfRun;
  stageLabel: string;
  /** One control for what matters most in this lab: over the knobs, and compact under the thumb of a phone's user. */
  Handle?: Component<{ run: Run; compact?: boolean }>;
  /** Points a newcomer at the handle. @see HintProps */
  Hint?: Component<HintProps>;
  /** The curves of this lab for the run as its log tells it; worked out anew when knobs or events change. */
  curves: (run: Pick<Run, 'lab' | 'initial' | 'events' | 'labels'>) => LabCurves;
  /** What goes on with a run that has been measured and has not diverged, in one sentence, and what would help. */
  narrate: (run: NarratedRun) => Narrative;
  /** What makes a diverged run hold, from step 0; absent where nothing is known but a smaller learning rate. */
  repair?: (knobs: KnobValues) => { label: string; knobs: KnobValues } | undefined;
  /** What stands under the row of a knob, by the knob's key. */
  beside?: Readonly<Record<string, () => Promise<{ default: OfRun }>>>;
  /** What the model says as a small PNG, for the list of runs; undefined before it says anything. */
  thumbnail: (run: Run) => Promise<Blob | undefined>;
  /** The words of this lab, for the glossary. */
  words: () => Promise<Readonly<Record<string, Entry>>>;
  help: LabHelp;
  /** What the lab's field note claims, one by one, and whether it holds; undefined where there is no field note. */
  claims: (() => Promise<Claims>) | undefined;
  /** What the doctor shows of its diagnosis; undefined where the lab has no doctor. */
  doctor: (() => Promise<LabDoctor>) | undefined;
  /** Methods of `window.lab` that only this lab has. */
  console?: (run: Run) => object;
}

export interface HintProps {
  run: Run;
  /** Whether the opening story stands where it was to be looked at. */
  waits: boolean;
  /** The panel of the knobs, where the handle stands in it; absent where the hint stands above the handle itself. */
  panel?: () => HTMLElement | undefined;
}

export type NarratedRun = Pick<
  Run,
  'lab' | 'initial' | 'knobs' | 'events' | 'labels' | 'playing' | 'series'
> & { metrics: NonNullable<Run['metrics']> };

/** What is going on, in one sentence, and the numbers that show it. */
export interface Sentence {
  /** Names the situation: the page reads the sentence aloud when it changes. */
  state: string;
  title: string;
  text: string;
}

export interface Narrative extends Sentence {
  remedy?: Cure;
}

/** What would help: a preset's setting or single knobs, on the same weights. */
export type Cure = { label: string } & ({ preset: string } | { knobs: KnobValues });

export interface Claims {
  /** How the numbers in the texts were measured, for all that do not say otherwise. */
  measured: string;
  /** In the order of the field note. */
  list: readonly Claim[];
}

export type Verdict = 'holds' | 'fails' | 'depends';

export interface Claim {
  id: string;
  /** What the field note says, in the lab's own words. */
  claim: string;
  verdict: Verdict;
  /** Why, in one to three sentences with numbers. */
  text: string;
  /** Runs in which it can be seen, or why it cannot be seen on the page. */
  see: readonly Sight[] | string;
}

/** A run that shows whether a claim holds. */
export interface Sight {
  label: string;
  preset: string;
  /** Live knobs that differ from the preset's. */
  knobs?: KnobValues;
  /** What to look at, in one sentence. */
  look: string;
}

export interface LabDoctor {
  Findings: Component<FindingsProps>;
  /** The diagnosis in a sentence or two. */
  said: (diagnosis: unknown) => string;
  /** Targets that a user may want to try, as parts of a text. */
  examples: readonly { title: string; text: string }[];
}

export interface FindingsProps {
  /** What the lab's doctor has answered. */
  diagnosis: unknown;
  /** The configuration that it is of. */
  knobs: KnobValues;
  /** Why the run cannot be moved to a suggestion; empty where it can. */
  whyNotMove: string;
  busy: boolean;
  /** Makes a run of the configuration with these knobs. */
  onload: (set: KnobValues) => void;
  /** Moves the knobs of the run on the page. */
  onmove: (set: KnobValues) => void;
}

export interface LabHelp {
  /** What is on the page, in plain sentences, a paragraph each. */
  text: readonly string[];
  keys: readonly { where: string; keys: readonly (readonly [key: string, what: string])[] }[];
}

/** Recorded rows, and what charts need to read them. */
export interface Recorded {
  column: (name: string) => Values & readonly number[];
  /** All steps, and those that are shown. */
  all: Span;
  x: Span;
  changes: readonly Change[];
  /** Terms that add to the loss, the task's own first. */
  penalties: readonly Pick<Term, 'id' | 'label'>[];
}

export interface LabCurve {
  /** Unique in the lab; part of the names of exported files. */
  id: string;
  title: string;
  unit: string;
  /** Whether a log axis can be chosen. */
  log?: boolean;
  spec: (of: Recorded, log: boolean) => ChartSpec;
  /** The values of a row, as words. */
  say: (of: Recorded, row: number) => string;
  /** Recorded columns by the heading that they have in the table and in CSV files. */
  columns: Readonly<Record<string, string>>;
}

export interface LabCurves {
  /** From the top; the first one stands beside the pictures on a phone. */
  charts: readonly LabCurve[];
  /** Loss of a model that has learned nothing: charts of the loss give no room to much more. */
  guess?: (of: Recorded) => number;
  /** What changes at these steps come to, where a number of the lab says more than the knobs do. */
  changeText?: (steps: readonly number[]) => string | undefined;
}
