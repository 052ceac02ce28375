import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import subsetFont from 'subset-font';
import { LETTERS, SIGNS, TEXT } from './characters.mjs';

/**
 * What the page ships, and which file of which package it is cut out of.
 *
 * @type {{ name: string, from: string, file: string, licence: string, characters: string, features?: string[] }[]}
 */
export const SUBSETS = [
  {
    name: 'arimo-400.woff2',
    from: '@expo-google-fonts/arimo',
    file: '400Regular/Arimo_400Regular.ttf',
    licence: 'LICENSE_FONT',
    characters: TEXT,
  },
  {
    name: 'arimo-700.woff2',
    from: '@expo-google-fonts/arimo',
    file: '700Bold/Arimo_700Bold.ttf',
    licence: 'LICENSE_FONT',
    characters: TEXT,
  },
  {
    name: 'stix-two-math.woff2',
    from: '@fontsource/stix-two-math',
    file: 'files/stix-two-math-latin-400-normal.woff2',
    licence: 'LICENSE',
    characters: SIGNS,
    // Forms for sub- and superscripts.
    features: ['ssty'],
  },
  {
    name: 'stix-two-italic.woff2',
    from: '@expo-google-fonts/stix-two-text',
    file: '400Regular_Italic/STIXTwoText_400Regular_Italic.ttf',
    licence: 'LICENSE_FONT',
    characters: LETTERS,
    // Letters of formulas stand alone: no kerning.
    features: ['mark', 'ccmp'],
  },
];

export const FOLDER = 'public/fonts';

const inPackage = (root, { from }, path) => join(root, 'node_modules', from, path);

/**
 * The same bytes at every call and on every machine.
 *
 * @returns {Promise<Uint8Array>}
 */
export const cut = (root, subset) =>
  subsetFont(readFileSync(inPackage(root, subset, subset.file)), subset.characters, {
    targetFormat: 'woff2',
    noHinting: true,
    ...(subset.features && { keepFeatures: subset.features }),
  });

/** The note that lies beside the fonts: what they are, where they are from, and their licences in full. */
export function licences(root) {
  const rows = SUBSETS.map((subset) => {
    const { version } = JSON.parse(readFileSync(inPackage(root, subset, 'package.json'), 'utf8'));
    return `| \`${subset.name}\` | \`${subset.from}\` ${version} | \`${subset.file}\` |`;
  });
  const texts = [
    ...new Set(SUBSETS.map((subset) => readFileSync(inPackage(root, subset, subset.licence), 'utf8').trim())),
  ];
  return `# Fonts: sources and licences

\`npm run fonts\` writes this folder from fonts inside npm packages. Do not edit it by hand.

The files are subsets: only some of the characters of the original fonts are in them, and nothing else was changed. All of
them are under the SIL Open Font License 1.1, which stands below with the notice of each font's authors.

| file | package | cut out of |
| --- | --- | --- |
${rows.join('\n')}

${texts.map((text) => '```\n' + text.replaceAll('\r', '').replace(/[ \t]+$/gm, '') + '\n```').join('\n\n')}
`;
}
