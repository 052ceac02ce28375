/** What the page cannot do without and this browser lacks, in words. Who has popovers has module workers too. */
export function missingFeatures(scope: Window & typeof globalThis = window): string[] {
  const needed: [string, boolean][] = [
    ['workers', 'Worker' in scope],
    ['dialogs', 'HTMLDialogElement' in scope && 'showModal' in scope.HTMLDialogElement.prototype],
    ['popovers', 'popover' in scope.HTMLElement.prototype],
  ];
  return needed.flatMap(([name, there]) => (there ? [] : [name]));
}
