/**
 * What `import * as tf from '@tensorflow/tfjs'` means here (an alias in vite.shared.ts): the core and its gradients,
 * without layers, data, converter and backends, which would more than double the worker. The types stay those of the
 * umbrella package, so lint forbids the calls that only exist there.
 *
 * The core must come first: gradients register themselves in it while they load.
 */
export * from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
