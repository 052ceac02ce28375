import type { Diagnosis } from '../../../../labs/service-mix/doctor/diagnosis.ts';
import type { LabDoctor } from '../../page.ts';
import Findings from './Findings.svelte';

/** @see LabPage.doctor */
export const doctor: LabDoctor = {
  Findings,
  said: (diagnosis) => {
    const { title, symptom } = (diagnosis as Diagnosis).summary;
    return `${title} ${symptom}`;
  },
  examples: [
    { title: 'entropies', text: 'targets:\n  entropies: [0.5, 1, 1.5]\n' },
    { title: 'rows', text: 'targets:\n  - [0.7, 0.2, 0.1]\n  - [0.05, 0.05, 0.9]\n' },
  ],
};
