import * as Comlink from 'comlink';
import { examining } from '../src/labs/doctor/examine.ts';
import type { DoctorApi } from '../src/labs/doctor/protocol.ts';
import { readPublic } from './readPublic.ts';
import { rest } from './rest.ts';

let latest = 0;

const api: DoctorApi = {
  diagnose: async (request, base) => {
    const mine = ++latest;
    const steps = await examining(request, (path) => readPublic(path, base));
    for (;;) {
      if (mine !== latest) return undefined;
      const step = steps.next();
      if (step.done) return step.value;
      // Lets a newer request in.
      await rest();
    }
  },
};

Comlink.expose(api);
