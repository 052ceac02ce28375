/** Which stored run this tab has open: outlives a reload and, in most browsers, a crash of the tab. */
const KEY = 'collapse-lab.open-run';

/** @param id undefined: what the tab has open is not kept */
export function rememberOpen(id: string | undefined): void {
  try {
    if (id === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, id);
  } catch {
    // Then a reload begins anew, as it does without a history.
  }
}

export function rememberedOpen(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}
