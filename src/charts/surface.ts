import { forget, inNextFrame } from './scheduler.ts';

/** Size in CSS pixels, and device pixels in one of them. */
export interface Size {
  width: number;
  height: number;
  ratio: number;
}

/** Draws on a cleared canvas; coordinates are CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, size: Size) => void;

/**
 * A canvas with as many pixels as the device has under it. Draws when asked, at most once in a frame, and only while it
 * is on screen; what was asked for meanwhile is drawn when it comes back.
 */
export class Surface {
  readonly #canvas: HTMLCanvasElement;
  readonly #draw: Draw;
  readonly #resize: ResizeObserver;
  readonly #intersection: IntersectionObserver;
  #pixels: { width: number; height: number } | undefined;
  #size: Size = { width: 0, height: 0, ratio: 1 };
  #visible = false;
  #stale = true;

  constructor(canvas: HTMLCanvasElement, draw: Draw) {
    this.#canvas = canvas;
    this.#draw = draw;
    this.#resize = new ResizeObserver(([entry]) => {
      if (entry) this.#measure(entry);
    });
    try {
      // Also tells of a page that is zoomed or moved to another screen.
      this.#resize.observe(canvas, { box: 'device-pixel-content-box' });
    } catch {
      // Safari does not know it.
      this.#resize.observe(canvas);
    }
    this.#intersection = new IntersectionObserver(
      (entries) => {
        this.#visible = entries.at(-1)?.isIntersecting ?? false;
        if (this.#visible && this.#stale) this.request();
      },
      // Drawn a little before it scrolls in.
      { rootMargin: '64px' },
    );
    this.#intersection.observe(canvas);
  }

  request(): void {
    this.#stale = true;
    if (this.#visible && this.#pixels) inNextFrame(this.#paint);
  }

  destroy(): void {
    this.#resize.disconnect();
    this.#intersection.disconnect();
    forget(this.#paint);
  }

  readonly #paint = (): void => {
    const context = this.#canvas.getContext('2d');
    if (!context || !this.#pixels || this.#size.width === 0) return;
    this.#stale = false;
    const { width, height } = this.#pixels;
    // Setting the size clears the canvas, so it is done in the frame that draws.
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(width / this.#size.width, 0, 0, height / this.#size.height, 0, 0);
    this.#draw(context, this.#size);
  };

  #measure(entry: ResizeObserverEntry): void {
    const { width, height } = entry.contentRect;
    const ratio = devicePixelRatio;
    const exact = (entry as Partial<ResizeObserverEntry>).devicePixelContentBoxSize?.[0];
    this.#pixels = {
      width: pixels(width * ratio, exact?.inlineSize),
      height: pixels(height * ratio, exact?.blockSize),
    };
    this.#size = { width, height, ratio };
    this.request();
  }
}

/** The browser's own count where it has one, else by rounding; emulated screens count the pixels of the real one. */
function pixels(expected: number, exact: number | undefined): number {
  const count = exact !== undefined && Math.abs(exact - expected) < 1.5 ? exact : Math.round(expected);
  return Math.max(1, count);
}
