import type { HostNumber } from '../../../terms/language/program.ts';

/** The head of a plan as shaders: from logits and targets to the derivative by the logits, and what the loss is made of. */
export interface HeadShader {
  /** Absent where the head is no pass, but made between the passes. */
  code: string | undefined;
  /** One invocation for each row of the batch, or one workgroup for each member. */
  over: 'rows' | 'members';
  /** Features of the work space that it wants for its sums over the batch. */
  sums: number;
  /** Quads of the work space that it wants besides. */
  scratch: number;
  /** Invocations of its workgroup. */
  group: number;
  /** Statements that make `loss` of the sums `sum0`, `sum1` … in the pass that ends a step. */
  total: string;
  /** Numbers that the host puts behind those of the optimizer, by member. */
  scalars: readonly HostNumber[];
}
