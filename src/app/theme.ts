import type { Theme } from '../panels/shell/shell.ts';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
/** public/theme.js reads it too, before the first paint. */
const KEY = 'collapse-lab.theme';

/** The theme that was chosen; the system's where none was, or where nothing may be stored. */
export function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Shows a theme, in the page and in what the browser draws around it. */
export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  const scheme = document.querySelector<HTMLMetaElement>('meta[name=color-scheme]');
  if (scheme) scheme.content = theme === 'system' ? 'light dark' : theme;
  // One for each scheme of the system: both take the colour of what was chosen.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = PAPER[theme === 'system' ? own : theme];
  }
}

/** `--paper` of theme.css. */
const PAPER = { light: '#fdfdfb', dark: '#121315' };

/** Shows a theme, and keeps it for the next visit where that is allowed. */
export function useTheme(theme: Theme): void {
  showTheme(theme);
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It then holds for this visit only.
  }
}
