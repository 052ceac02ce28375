import type { Page } from 'playwright';

/** A frame message that the page got: when, in milliseconds since the navigation began, and of which step. */
export interface FrameSeen {
  at: number;
  step: number;
}

/** The mark that each frame message leaves in the browser's trace. */
export const MARK = 'bench-frame';

/** Notes the frame messages of every document that this page opens from now on. */
export const watchFrames = (page: Page): Promise<unknown> => page.addInitScript(watch, MARK);

/** The frame messages so far. */
export const framesSeen = (page: Page): Promise<FrameSeen[]> =>
  page.evaluate(() => (window as unknown as { framesSeen: FrameSeen[] }).framesSeen);

/** Runs in the page. */
function watch(mark: string): void {
  const seen: FrameSeen[] = [];
  Object.assign(window, { framesSeen: seen });
  const own = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
  interface Message {
    kind?: string;
    metrics?: { step: number };
  }
  Object.defineProperty(MessagePort.prototype, 'onmessage', {
    configurable: true,
    get: () => null,
    set(this: MessagePort, handler: (event: MessageEvent<Message | undefined>) => void) {
      own?.set?.call(this, (event: MessageEvent<Message | undefined>) => {
        if (event.data?.kind === 'frame') {
          performance.mark(mark);
          seen.push({ at: performance.now(), step: event.data.metrics?.step ?? 0 });
        }
        handler.call(this, event);
      });
    },
  });
}
