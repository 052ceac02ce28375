/** Reading values is what makes an effect run again when they change; this says that nothing else is meant. */
export function dependOn(..._values: unknown[]): void {
  // They have been read.
}
