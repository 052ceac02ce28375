import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';

/** Tells which adapter there is, and adds three numbers on it. */
const adapter = await navigator.gpu.requestAdapter();
await tf.setBackend('webgpu');
const [sum] = await tf.sum(tf.tensor1d([1, 2, 3])).data();
postMessage({ vendor: adapter?.info.vendor, backend: tf.getBackend(), sum });
