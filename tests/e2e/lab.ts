import type { Page } from '@playwright/test';
import type { Lab } from '../../src/app/console.ts';
import type { Diagnosis } from '../../src/labs/service-mix/doctor/diagnosis.ts';
import type { MixConsole } from '../../src/panels/labs/service-mix/console.ts';
import type { Report } from '../../src/run/doctor.ts';

/** `window.lab`, in functions that run in the page. */
declare global {
  interface Window {
    lab: Omit<Lab, 'doctor'> & MixConsole & { doctor: (yaml?: string) => Promise<Diagnosis & Report> };
  }
}

/** A run that trains fast, for tests of the machinery and not of the science. */
export const SMALL = {
  'data.points': 64,
  'data.validation': 32,
  'model.hidden': '8',
  'training.batch_size': 16,
} as const;

/** The page with its console API ready; nothing plays. */
export async function openLab(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./');
  await page.evaluate(() => window.lab.ready());
}

/** Presses what stands in a menu of the top bar. */
export async function fromMenu(page: Page, menu: 'File' | 'Settings', name: string): Promise<void> {
  await page.getByRole('button', { name: menu, exact: true }).click();
  await page
    .getByRole('group', { name: menu, exact: true })
    .getByRole('button', { name, exact: true })
    .click();
}
