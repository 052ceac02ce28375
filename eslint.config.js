import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { noCircles } from './eslint-rules/circles.js';
import { floors } from './eslint-rules/floors.js';
import svelteConfig from './svelte.config.js';

/** What `@tensorflow/tfjs` has and workers/tf/slim.ts has not. */
const umbrellaOnly = [
  ...['sequential', 'model', 'input', 'layers', 'loadLayersModel', 'loadGraphModel', 'loadGraphModelSync'],
  ...['constraints', 'initializers', 'metrics', 'regularizers', 'callbacks', 'data'],
].join('|');

export default ts.config(
  {
    ignores: ['dist/', 'coverage/', 'test-results/', 'playwright-report/', 'public/', 'src/**/assembly/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  prettier,
  ...svelte.configs.prettier,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.worker, ...globals.node },
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // `${n}` of a number is what everyone expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: `MemberExpression[object.name='tf'][property.name=/^(${umbrellaOnly})$/]`,
          message: 'This exists only in the whole tfjs package. Ours is workers/tf/slim.ts: the core.',
        },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    files: ['src/**', 'workers/**'],
    plugins: { local: { rules: { floors, 'no-circles': noCircles } } },
    rules: {
      'local/floors': ['error', { root: import.meta.dirname }],
      'local/no-circles': ['error', { root: import.meta.dirname }],
    },
  },
  // Plain scripts have no types to check by.
  { files: ['**/*.js', '**/*.mjs'], ...ts.configs.disableTypeChecked },
);
