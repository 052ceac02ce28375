/** Whether a media query matches, as long as the page is open. */
export class Media {
  #matches = $state(false);

  constructor(query: string) {
    const list = matchMedia(query);
    this.#matches = list.matches;
    list.addEventListener('change', () => (this.#matches = list.matches));
  }

  get current(): boolean {
    return this.#matches;
  }
}

export const calm = new Media('(prefers-reduced-motion: reduce)');
/*
 * In em, which here are letters of the size that the browser is set to: large letters on a wide screen need the layout of
 * a small one.
 */

/** Too narrow for columns, or a phone on its side. */
export const phone = new Media(
  '(max-width: 44.9375em), (max-height: 29.9375em) and (orientation: landscape)',
);
/** A phone on its side: the sentence may have to scroll. */
export const lying = new Media('(max-height: 29.9375em) and (orientation: landscape)');
