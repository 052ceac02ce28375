export interface Rove {
  /** The keys that go on: beside each other, or below. */
  axis?: 'across' | 'down';
  /** The button that Tab comes to before any has had the focus, as a selector; otherwise the first. */
  first?: string;
}

const KEYS = { across: ['ArrowLeft', 'ArrowRight'], down: ['ArrowUp', 'ArrowDown'] } as const;

/**
 * Makes the buttons of a toolbar or menu one stop of Tab. Arrow keys, Home and End go from button to button; Tab comes
 * back to the one that had the focus last. Sliders and fields in between stay stops of their own, and so does what is
 * in a popover of the toolbar. Buttons may come, go and be disabled.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/toolbar/
 */
export function rove(bar: HTMLElement, { axis = 'across', first = '' }: Rove): () => void {
  let last: Element | undefined;
  const buttons = (): HTMLButtonElement[] =>
    [...bar.querySelectorAll('button')].filter(
      (button) => !button.disabled && button.closest('[popover]') === bar.closest('[popover]'),
    );

  function update(): void {
    const all = buttons();
    const at =
      all.find((button) => button === last) ??
      all.find((button) => first !== '' && button.matches(first)) ??
      all[0];
    for (const button of all) button.tabIndex = button === at ? 0 : -1;
  }
  function focusin({ target }: FocusEvent): void {
    if (!buttons().some((button) => button === target)) return;
    last = target as Element;
    update();
  }
  function keydown(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = buttons();
    const from = all.findIndex((button) => button === event.target);
    if (from < 0) return;
    const [back, on] = KEYS[axis];
    const to = { [back]: from - 1, [on]: from + 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all.at(to % all.length)?.focus();
  }

  update();
  bar.addEventListener('focusin', focusin);
  bar.addEventListener('keydown', keydown);
  const observer = new MutationObserver(update);
  observer.observe(bar, { childList: true, subtree: true, attributeFilter: ['disabled', 'aria-pressed'] });
  return () => {
    observer.disconnect();
    bar.removeEventListener('focusin', focusin);
    bar.removeEventListener('keydown', keydown);
  };
}
