/** A lab that only tests have: what a second lab costs is seen by it. */
export const about = {
  id: 'example',
  title: 'Example words',
  text: 'A network learns which topics go with a word, and is pulled to the first one.',
} as const;
