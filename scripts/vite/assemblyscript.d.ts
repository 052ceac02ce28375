/** What is used of the compiler. */
interface Compiler {
  main: (
    options: readonly string[],
    api: {
      readFile: (name: string, base: string) => string | null;
      writeFile: (name: string, contents: Uint8Array | string) => void;
    },
  ) => Promise<{ error: Error | null; stderr: { toString: () => string } }>;
}
declare const asc: Compiler;
export default asc;
