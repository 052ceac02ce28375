export type Action =
  'toggle' | 'step' | 'reset' | 'undo' | 'redo' | 'help' | 'theme' | 'sentence' | 'knobs' | 'maps' | 'curves';

const KEYS: Readonly<Record<string, Action>> = {
  ' ': 'toggle',
  '.': 'step',
  r: 'reset',
  t: 'theme',
  s: 'sentence',
  k: 'knobs',
  m: 'maps',
  c: 'curves',
  '?': 'help',
};
/** Elements that mean something else by these keys, and elements that mean something by Space. */
export const TYPING =
  'input:not([type=range], [type=radio], [type=checkbox]), textarea, select, [contenteditable]';
const PRESSED = 'button, summary, a[href], input[type=checkbox], input[type=radio]';

/** What a key means to the run; undefined where it belongs to what has the focus. */
export function shortcut(
  event: Pick<
    KeyboardEvent,
    'key' | 'target' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'defaultPrevented'
  >,
): Action | undefined {
  if (event.altKey || event.defaultPrevented) return undefined;
  const at = event.target instanceof Element ? event.target : undefined;
  if (at?.matches(TYPING)) return undefined;
  if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    return key === 'y' && event.ctrlKey ? 'redo' : undefined;
  }
  if (event.key === ' ' && at?.matches(PRESSED)) return undefined;
  return KEYS[event.key.toLowerCase()];
}
