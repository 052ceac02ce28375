import type { View } from '../panels/shell/phone/view.ts';

/** The parts of the page that a key or a skip link goes to, by their ids. */
export type Place = 'sentence' | 'knobs' | 'stage' | 'curves';

/** What a phone shows, and how it shows something else. */
interface Phone {
  view: View;
  look: (at: View) => Promise<void>;
}
const VIEWS: Readonly<Record<Place, View>> = {
  sentence: 'live',
  knobs: 'knobs',
  stage: 'live',
  curves: 'curves',
};

/** Gives a part of the page the focus. Asked for the knobs from within, it goes to their next group, and around. */
export async function focusOn(place: Place, phone?: Phone): Promise<void> {
  const part = (): HTMLElement | null =>
    document.querySelector(phone && place === 'knobs' ? '.sheet' : `#${place}`);
  const from = document.activeElement;
  if (place === 'knobs' && part()?.contains(from)) {
    const groups = [...document.querySelectorAll<HTMLElement>(':is(.knobs, .sheet) .group')];
    const at = groups.findIndex((group) => group.contains(from));
    groups[(at + 1) % groups.length]?.focus();
    return;
  }
  // The sheet of the knobs takes the focus by itself when it opens.
  if (phone && phone.view !== VIEWS[place]) await phone.look(VIEWS[place]);
  part()?.focus();
  if (place === 'stage') part()?.scrollIntoView({ block: 'nearest' });
}
