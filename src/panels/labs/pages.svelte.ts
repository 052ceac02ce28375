import type { LabId } from '../../labs/index.ts';
import { checkLab } from '../../labs/index.ts';
import type { LabPage } from './page.ts';

/** What the page shows of each lab. */
const loaders: Readonly<Record<LabId, () => Promise<LabPage>>> = {
  'service-mix': async () => (await import('./service-mix/index.ts')).page,
};

let loaded = $state.raw<Readonly<Partial<Record<string, LabPage>>>>({});

/** What is shown of a lab; undefined until it is loaded. */
export const pageOf = (lab: string): LabPage | undefined => loaded[lab];

/** @throws Error with a sentence where it could not be fetched */
export async function loadPage(lab: string): Promise<LabPage> {
  checkLab(lab);
  const there = loaded[lab];
  if (there) return there;
  const page = await loaders[lab]().catch(() => {
    throw new Error(
      'The pictures of the lab could not be loaded. Check the connection, then try again or reload.',
    );
  });
  loaded = { ...loaded, [lab]: page };
  return page;
}
