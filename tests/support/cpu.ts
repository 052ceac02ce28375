import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-cpu';

// Else tfjs advises everyone who runs it in Node to install its native package.
tf.env().set('IS_TEST', true);
await tf.setBackend('cpu');

/** tfjs as it runs in Node: on its cpu backend. */
export { tf };
