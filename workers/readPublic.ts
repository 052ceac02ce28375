/** Fetches a bundled file of `public/`. @param base address of the page @throws Error when it cannot be read */
export async function readPublic(path: string, base: string): Promise<unknown> {
  const answer = await fetch(new URL(path, base));
  if (!answer.ok)
    throw new Error(
      `The bundled file ${path} could not be read (${String(answer.status)}). Reload the page.`,
    );
  return answer.json() as Promise<unknown>;
}
