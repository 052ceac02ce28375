import { RuleTester } from 'eslint';
import { resolve } from 'node:path';
import { describe, it } from 'vitest';
import tseslint from 'typescript-eslint';
import { floors } from '../../eslint-rules/floors.js';

RuleTester.describe = describe;
RuleTester.it = it;

const root = resolve('/project');
const tester = new RuleTester({ languageOptions: { parser: tseslint.parser } });

function at(filename: string, code: string, ...messageIds: string[]) {
  return {
    name: `${filename}: ${code}`,
    filename: resolve(root, filename),
    code,
    options: [{ root }],
    errors: messageIds.map((messageId) => ({ messageId })),
  };
}

function fine(filename: string, code: string) {
  const { errors: _, ...test } = at(filename, code);
  return test;
}

tester.run('floors', floors, {
  valid: [
    fine('src/terms/kl.ts', "import { logSoftmax } from '../science/distributions.ts'"),
    fine('src/terms/kl.ts', "import type * as tf from '@tensorflow/tfjs'"),
    fine('src/engine/tfjs/executor.ts', "import type { Tensor } from '@tensorflow/tfjs-core'"),
    fine('src/labs/service-mix/lab.ts', "import before from '../../../configs/service-mix/before.yaml'"),
    fine('src/labs/service-mix/lab.ts', "import { plan } from '../../engine/plan.ts'"),
    fine('src/layers/dense/tfjs.ts', "import type { Tensor } from '@tensorflow/tfjs'"),
    fine('src/engine/plan.ts', "import { onOracle } from '../layers/oracle.ts'"),
    fine('src/run/kept/names.ts', "import { chainOf } from '../../layers/chain.ts'"),
    fine('src/run/trainer.ts', "import type { Trainer } from '../engine/protocol.ts'"),
    fine('src/run/trainer.ts', "import { PendingCalls } from '../engine/pendingCalls.ts'"),
    fine('src/run/trainer.ts', "new Worker(new URL('../../workers/trainer.ts', import.meta.url))"),
    fine(
      'src/app/App.svelte.ts',
      "import Panel from '../panels/Panel.svelte'; import { mount } from 'svelte'",
    ),
    fine('workers/trainer.ts', "import * as tf from '@tensorflow/tfjs'; import '../src/engine/plan.ts'"),
    fine('workers/trainer.ts', "import './tf/slim.ts'"),
    fine('tests/unit/kl.test.ts', "import '../../src/app/main.ts'; import * as tf from '@tensorflow/tfjs'"),
    fine('vite.config.ts', "import { shared } from './vite.shared.ts'"),
  ],
  invalid: [
    at('src/science/reach.ts', "import { kl } from '../terms/kl.ts'", 'higher'),
    at('src/labs/service-mix/lab.ts', "export * from '../../charts/line.ts'", 'higher'),
    at('src/labs/service-mix/lab.ts', "const load = () => import('../../panels/Panel.svelte')", 'higher'),
    at('src/layers/dense/wasm.ts', "import type { Heap } from '../../engine/wasm/heap.ts'", 'higher'),
    at('src/terms/kl.ts', "import { chainOf } from '../layers/chain.ts'", 'higher'),
    at('src/run/kept/names.ts', "import { onWasm } from '../../layers/wasm.ts'", 'declarations'),
    at('src/panels/Knobs.ts', "import { ACTIVATIONS } from '../layers/dense/dense.ts'", 'declarations'),
    at('src/layers/dense/tfjs.ts', "import * as tf from '@tensorflow/tfjs'", 'tfjsType'),
    at('src/engine/plan.ts', "let lab: import('../labs/lab.ts').Lab", 'higher'),
    at('src/engine/plan.ts', "import type { Lab } from '../labs/lab.ts'", 'higher'),
    at('workers/trainer.ts', "import { config } from '../src/run/config.ts'", 'higher'),
    at('src/panels/Knobs.ts', "import type { Plan } from '../engine/plan.ts'", 'protocol'),
    at('src/run/trainer.ts', "import { Executor } from '../engine/oracle/executor.ts'", 'protocol'),
    at('src/engine/pendingCalls.ts', "import type { Plan } from './plan.ts'", 'helper'),
    at('src/engine/pendingCalls.ts', "import * as Comlink from 'comlink'", 'helper'),
    at('src/run/trainer.ts', "import trainer from '../../workers/trainer.ts?worker'", 'entry'),
    at('src/panels/Run.ts', "new Worker(new URL('../../workers/trainer.ts', import.meta.url))", 'starts'),
    at('src/science/reach.ts', "import '../../tests/unit/reach.test.ts'", 'outside'),
    at('src/helpers.ts', 'export const one = 1', 'homeless'),
    at('src/engine/tfjs/executor.ts', "import * as tf from '@tensorflow/tfjs'", 'tfjsType'),
    at('src/terms/kl.ts', "const tf = await import('@tensorflow/tfjs')", 'tfjsType'),
    at('src/run/trainer.ts', "import type { Tensor } from '@tensorflow/tfjs'", 'tfjs'),
    at('src/app/main.ts', "import '@tensorflow/tfjs-backend-webgpu'", 'tfjs'),
  ],
});
