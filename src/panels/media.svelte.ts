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
/** Too narrow for columns, or a phone on its side. */
export const phone = new Media('(max-width: 719px), (max-height: 479px) and (orientation: landscape)');
/** A phone on its side: the sentence may have to scroll. */
export const lying = new Media('(max-height: 479px) and (orientation: landscape)');
