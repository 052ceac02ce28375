/**
 * The golden ops that no lab needs yet. They are reported as not run; the list only shrinks. An op that is neither here
 * nor in `ops.ts` is an error.
 */
export const notImplemented: readonly string[] = [
  'kl_reference',
  'task_plus_kl',
  'localized_entropy',
  'focal_binary',
  'bce_with_logits',
  'le_batch_bias',
  'focal_minimizer',
  'pointer_ce',
  'pointer_additive',
  'flow_loss',
  'coverage_penalty',
  'ema_loss_scale',
  'clip_grad_norm',
  'pointer_required_scale',
  'binary_metrics',
  'wilcoxon',
  'set_f1',
  'per_condition_calibration',
];
