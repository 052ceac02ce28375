import { initialValues } from '../layers/chain.ts';
import { parameterLayout, type Plan } from './plan.ts';

/** Initial parameters of one member, flat `[P]`. */
export const initialParameters = (plan: Plan, seed: number): Float64Array =>
  initialValues(parameterLayout(plan), seed);
