import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How many of some objects are still held by something, once garbage is collected. */
export async function held(objects: readonly WeakRef<object>[]): Promise<number> {
  const alive = (): number => objects.filter((object) => object.deref() !== undefined).length;
  // Looking at an object keeps it until the turn is over.
  for (let turn = 0, before = Infinity; turn < 20 && before > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    before = alive();
  }
  await new Promise((resolve) => setImmediate(resolve));
  return alive();
}
