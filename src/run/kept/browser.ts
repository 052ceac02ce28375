/** What the browser gives the history, and remembers of it. */

/** A browser that refuses may clear the history when the disk is full; nothing more can be done. */
export async function askToPersist(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // A page over plain http has no such thing at all.
  }
}

export async function quotaOf(): Promise<number | undefined> {
  try {
    return (await navigator.storage.estimate()).quota;
  } catch {
    return undefined;
  }
}

/** The history that was begun after one was set aside. */
export function rememberedName(base: string): string {
  try {
    const name = localStorage.getItem(base);
    return name?.startsWith(`${base}.`) ? name : base;
  } catch {
    return base;
  }
}

export function rememberName(base: string, name: string): void {
  try {
    localStorage.setItem(base, name);
  } catch {
    // Then it lasts until the page is reloaded.
  }
}
