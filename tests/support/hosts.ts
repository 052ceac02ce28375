import type { Machine } from '../../src/engine/ensemble/ensemble.ts';
import { buffersOf, HostLost, type CreateExecutor, type MemberHost } from '../../src/engine/ensemble/host.ts';
import { MemberServer } from '../../src/engine/ensemble/serve.ts';
import { createReal } from './realExecutors.ts';

export type HostCall = 'open' | 'train' | 'predict' | 'save';

/** A host without a worker: what crosses to it is copied or moved as messages are, and it can be killed. */
export class LocalHost implements MemberHost {
  closed = false;
  readonly calls: HostCall[] = [];
  readonly #server: MemberServer;
  readonly #before: (call: HostCall, host: LocalHost) => void;
  #dead = false;

  /** @param before told of every call before it is made; it may kill the host */
  constructor(create: CreateExecutor, before: (call: HostCall, host: LocalHost) => void = () => undefined) {
    this.#server = new MemberServer(create);
    this.#before = before;
  }

  kill(): void {
    this.#dead = true;
  }

  open: MemberHost['open'] = (...message) =>
    this.#cross('open', message, [], (...given) => this.#server.open(...given));
  train: MemberHost['train'] = (...message) =>
    this.#cross('train', message, buffersOf(message[0]), (...given) => this.#server.train(...given));
  predict: MemberHost['predict'] = (...message) =>
    this.#cross('predict', message, [], (...given) => this.#server.predict(...given));
  save: MemberHost['save'] = (...message) =>
    this.#cross('save', message, [], (...given) => this.#server.save(...given));

  close(): void {
    this.closed = true;
    this.#dead = true;
  }

  async #cross<A extends unknown[], R>(
    call: HostCall,
    message: A,
    transfer: ArrayBuffer[],
    serve: (...given: A) => Promise<R>,
  ): Promise<R> {
    this.calls.push(call);
    const given = structuredClone(message, { transfer });
    await Promise.resolve();
    this.#before(call, this);
    this.#check();
    const answer = await serve(...given);
    // It may have been killed while it worked.
    this.#check();
    return structuredClone(answer, { transfer: buffersOf(answer) });
  }

  #check(): void {
    if (this.#dead) throw new HostLost('Somebody pulled the plug.');
  }
}

export const createAlone: CreateExecutor = (id, setup) => Promise.resolve(createReal(id, setup));

/** So many local hosts; those that were opened can be looked at. The clock stands unless a test moves it. */
export function localMachine(
  hosts: number,
  {
    create = createAlone,
    before,
  }: { create?: CreateExecutor; before?: (call: HostCall, host: LocalHost, which: number) => void } = {},
): Machine & { opened: LocalHost[]; time: number } {
  const machine = {
    opened: [] as LocalHost[],
    time: 0,
    hosts,
    available: Infinity,
    now: () => machine.time,
    openHost: () => {
      const which = machine.opened.length;
      const host = new LocalHost(create, (call, self) => before?.(call, self, which));
      machine.opened.push(host);
      return Promise.resolve(host);
    },
  };
  return machine;
}
