import type { DoctorRequest, ReadPublic } from '../../lab.ts';
import { serviceMix } from '../index.ts';
import { categoriesOf } from '../network.ts';
import { serviceMixTargets } from '../targets.ts';
import { diagnosing, type ExaminedTargets } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import { geometricTarget } from './geometric.ts';
import { MAX_ROWS, type TargetSpec } from './targets.ts';

/** @throws Error where the lab's own data cannot be read */
export async function examining(
  request: DoctorRequest,
  read: ReadPublic,
): Promise<Generator<undefined, Diagnosis>> {
  const { terms, knobs } = serviceMix;
  const targets = await targetsOf(request, read);
  return diagnosing({ terms, knobs, values: request.values }, targets);
}

async function targetsOf(
  { seed, values, targets }: DoctorRequest,
  read: ReadPublic,
): Promise<ExaminedTargets> {
  const spec = (targets ?? { kind: 'lab' }) as TargetSpec;
  if (spec.kind === 'lab') {
    const { of, ...found } = await serviceMixTargets({ seed, knobs: values }, read, MAX_ROWS);
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
  const classes = categoriesOf(values);
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
