import * as tf from '@tensorflow/tfjs';

// A placeholder that proves that the worker is built and finds a backend.
await import('@tensorflow/tfjs-backend-cpu');
await tf.setBackend('cpu');
postMessage(`Trainer ready on ${tf.getBackend()}`);
