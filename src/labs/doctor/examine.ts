import { loadLab } from '../index.ts';
import type { LabId } from '../index.ts';
import type { Lab, ReadPublic } from '../lab.ts';
import { targetReaders } from '../runtimes.ts';
import { diagnosing, type ExaminedTargets } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { DoctorRequest } from './protocol.ts';
import { geometricTarget } from './geometric.ts';
import { classesOf, MAX_ROWS } from './targets.ts';

/** The diagnosis of a request, with pauses in it. @throws Error when the lab has no targets, or they cannot be read */
export async function examining(
  request: DoctorRequest,
  read: ReadPublic,
): Promise<Generator<undefined, Diagnosis>> {
  const lab = await loadLab(request.lab);
  const targets = await targetsOf(lab, request, read);
  return diagnosing({ terms: lab.terms, knobs: lab.knobs, values: request.values }, targets);
}

async function targetsOf(
  lab: Lab,
  { seed, values, targets: spec }: DoctorRequest,
  read: ReadPublic,
): Promise<ExaminedTargets> {
  if (spec.kind === 'lab') {
    const reader = await targetReaders[lab.id as LabId]();
    const { of, ...found } = await reader({ seed, knobs: values }, read, MAX_ROWS);
    const rows = found.targets.length / found.classes;
    return {
      ...found,
      source: 'lab',
      text: `${rows < of ? `The first ${String(rows)} of ${String(of)}` : String(rows)} validation places of seed ${String(seed)}.`,
    };
  }
  if (spec.kind === 'rows') {
    const classes = spec.rows[0]?.length ?? 0;
    return own(
      'rows',
      classes,
      Float64Array.from(spec.rows.flat()),
      `${count(spec.rows.length)} as given, of K = ${String(classes)} classes.`,
    );
  }
  const classes = classesOf(lab, values);
  return own(
    'entropies',
    classes,
    Float64Array.from(spec.entropies.flatMap((h) => [...geometricTarget(h, classes)])),
    `${count(spec.entropies.length)} of the given entropies. Entropy alone fixes no distribution: each stands for one of K = ${String(classes)} classes that shrink by the same factor. Where the reach comes short of even one class against the rest, nothing depends on that.`,
  );
}

const count = (n: number): string => (n === 1 ? 'One target' : `${String(n)} targets`);

const own = (
  source: ExaminedTargets['source'],
  classes: number,
  targets: Float64Array,
  text: string,
): ExaminedTargets => ({ source, text, classes, targets, trained: targets });
