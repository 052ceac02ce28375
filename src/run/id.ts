/** Names a run, unlike any other. `crypto.randomUUID` is missing where the page comes over plain http. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Ids of files and foreign pages may be anything; those that are kept are short and plain. */
export const ID = /^[\w-]{1,64}$/;
