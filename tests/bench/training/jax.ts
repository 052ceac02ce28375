import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  valueAndGrad,
  type Device,
  type NdArray,
} from '@jax-js/jax';
import { biasCorrections } from '../../../src/engine/optimizers.ts';
import { classes, features } from '../../../src/engine/plan.ts';
import type { Contender } from './contender.ts';
import { flopsOf, type Work } from './work.ts';
import { denseSlices } from '../../support/denseSlices.ts';

/** Steps that may be queued: none needs the result of the one before on this side. */
const QUEUE = 8;

interface Layer {
  w: NdArray;
  b: NdArray;
  [key: string]: NdArray;
}

interface State {
  p: Layer[];
  m: Layer[];
  v: Layer[];
  [key: string]: Layer[];
}

/**
 * jax-js as its tutorial teaches it: one jitted function that computes loss, gradient and Adam. Several models are
 * batched by hand, by a leading axis of the parameters; its own `vmap` of the step is a good deal slower.
 */
export async function jax(work: Work, device: Device): Promise<Contender> {
  const available = await init(device);
  if (!available.includes(device)) throw new Error(`jax-js finds no ${device} here.`);
  defaultDevice(device);
  const { setup, knob, learningRate } = work;
  const { plan, members, data } = setup;
  const { slices, count } = denseSlices(plan);
  const many = members > 1;
  const lead = many ? [members] : [];
  /** Its products want the leading axis on both sides. */
  const shared = (values: Float32Array, width: number): NdArray => {
    const all = new Float32Array(members * values.length);
    for (let k = 0; k < members; k++) all.set(values, k * values.length);
    return np.array(all, { shape: [...lead, data.train.rows, width], device });
  };
  const x = shared(data.train.features, features(plan));
  const t = shared(data.train.targets, classes(plan));
  const [beta1, beta2, eps] = [knob('training.beta1'), knob('training.beta2'), knob('training.eps')];
  const [length, temperature] = [knob('model.logit_norm'), knob('model.temperature')];
  const [weight, threshold] = [knob('loss.entropy_weight'), knob('loss.min_entropy')];
  const maxsup = knob('loss.maxsup_weight');

  const loss = (parameters: Layer[], x: NdArray, t: NdArray): NdArray => {
    let h = x;
    parameters.forEach(({ w, b }, l) => {
      const z = np.matmul(h, w).add(b);
      h = l < parameters.length - 1 ? nn.relu(z) : z;
    });
    const norm = np.sqrt(np.sum(np.square(h.ref), -1, { keepdims: true })).add(1e-7);
    const u = h.div(norm).mul(length);
    const logp = nn.logSoftmax(u.ref.div(temperature), -1);
    const entropy = np.sum(np.exp(logp.ref).mul(logp.ref), -1).mul(-1);
    const kl = np.sum(t.ref.mul(np.log(t).sub(logp)), -1);
    const hinge = nn.relu(entropy.mul(-1).add(threshold)).mul(weight);
    const perModel = np.mean(kl.add(hinge).add(np.max(u, -1).mul(maxsup)), -1);
    // Of several models the sum: by the parameters of each, its gradient is that of its own loss.
    return many ? np.sum(perModel) : perModel;
  };
  const adam = (p: NdArray, m: NdArray, v: NdArray, g: NdArray, c1: NdArray, c2: NdArray) => {
    const first = m.mul(beta1).add(g.ref.mul(1 - beta1));
    const second = v.mul(beta2).add(np.square(g).mul(1 - beta2));
    const change = first.ref.div(c1).div(np.sqrt(second.ref.div(c2)).add(eps));
    return { p: p.sub(change.mul(learningRate)), m: first, v: second };
  };
  const step = ({ p, m, v }: State, x: NdArray, t: NdArray, c1: NdArray, c2: NdArray): [NdArray, State] => {
    const [value, gradient] = valueAndGrad(loss)(
      p.map(({ w, b }) => ({ w: w.ref, b: b.ref })),
      x,
      t,
    );
    const next: State = { p: [], m: [], v: [] };
    p.forEach((layer, l) => {
      const [ml, vl, gl] = [m[l], v[l], gradient[l]] as [Layer, Layer, Layer];
      const w = adam(layer.w, ml.w, vl.w, gl.w, c1.ref, c2.ref);
      const b = adam(layer.b, ml.b, vl.b, gl.b, c1.ref, c2.ref);
      next.p.push({ w: w.p, b: b.p });
      next.m.push({ w: w.m, b: b.m });
      next.v.push({ w: w.v, b: b.v });
    });
    c1.dispose();
    c2.dispose();
    return [value, next];
  };
  const compiled = jit(step, { device });

  const stacked = (from: number, size: number): Float32Array => {
    const out = new Float32Array(members * size);
    for (let k = 0; k < members; k++)
      out.set(setup.state.parameters.subarray(k * count + from, k * count + from + size), k * size);
    return out;
  };
  const initial = (zero: boolean): Layer[] =>
    slices.map(({ layer: { inputs, outputs }, weights, biases }) => {
      const [w, b] = [[...lead, inputs, outputs], many ? [members, 1, outputs] : [outputs]];
      return zero
        ? { w: np.zeros(w, { device }), b: np.zeros(b, { device }) }
        : {
            w: np.array(stacked(weights, inputs * outputs), { shape: w, device }),
            b: np.array(stacked(biases, outputs), { shape: b, device }),
          };
    });
  let state: State = { p: initial(false), m: initial(true), v: initial(true) };
  let done = 0;
  return {
    models: members,
    flops: members * flopsOf(plan),
    train: async (steps) => {
      defaultDevice(device);
      for (let i = 1; i <= steps; i++) {
        const { correction1, correction2 } = biasCorrections(beta1, beta2, ++done);
        const scalar = (value: number): NdArray => np.array(Float32Array.of(value), { shape: [], device });
        const [value, next] = compiled(state, x.ref, t.ref, scalar(correction1), scalar(correction2));
        state = next;
        value.dispose();
        if (i % QUEUE === 0 || i === steps) await blockUntilReady(state);
      }
    },
    parameters: async () => {
      const out = new Float64Array(members * count);
      const put = async (array: NdArray, from: number, size: number): Promise<void> => {
        const values = await array.ref.data();
        for (let k = 0; k < members; k++)
          out.set(values.subarray(k * size, (k + 1) * size), k * count + from);
      };
      for (const [l, { layer, weights, biases }] of slices.entries()) {
        await put((state.p[l] as Layer).w, weights, layer.inputs * layer.outputs);
        await put((state.p[l] as Layer).b, biases, layer.outputs);
      }
      return out;
    },
  };
}
