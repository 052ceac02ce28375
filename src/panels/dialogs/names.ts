/** The dialogs of the page: dialogs.ts has a loader for each. */
export type DialogName = 'history' | 'load' | 'export' | 'share' | 'doctor' | 'claims' | 'help';
