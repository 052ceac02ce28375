import * as Comlink from 'comlink';
import { examiners, type DoctorApi } from '../src/labs/doctor.ts';
import { isLab } from '../src/labs/index.ts';
import { readPublic } from './readPublic.ts';
import { rest } from './rest.ts';

let latest = 0;

const api: DoctorApi = {
  diagnose: async (request, base) => {
    const mine = ++latest;
    const examine = isLab(request.lab) ? await examiners[request.lab]?.() : undefined;
    if (!examine) throw new Error(`The lab “${request.lab}” has no doctor.`);
    const steps = await examine(request, (path) => readPublic(path, base));
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
