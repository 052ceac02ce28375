// Before the first paint, so that a chosen theme does not flash up in the other. src/app/theme.ts does the rest.
try {
  const theme = localStorage.getItem('collapse-lab.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Nothing may be read: the system's theme.
}
