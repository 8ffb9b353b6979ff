// Style is left alone; these rules catch mistakes and keep the floors of the front end apart.
import js from '@eslint/js';
import jupyter from '@jupyter/eslint-plugin';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const JUPYTER = { group: ['@jupyterlab/*', '@lumino/*'], message: 'Only src/index, src/plugins, src/panel and src/api know JupyterLab.' };
const ANYWIDGET = { group: ['@anywidget/*'], message: 'Only src/widgets knows anywidget.' };
const above = (...floors) => ({
  // `@lumino/widgets` only sounds like our floor.
  group: [...floors.flatMap(floor => [`**/${floor}/**`, `**/${floor}`]), '!@lumino/widgets'],
  message: 'Imports only go down: index > plugins > panel | widgets | gallery > render > state > wire.'
});

/** The floor `files` may import only from floors below it, and nothing that `patterns` names. */
const floor = (files, ...patterns) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] }
});

export default tseslint.config(
  { ignores: ['lib', '.test', 'dist-gallery', 'node_modules', '*.js', '*.mjs', 'scripts', 'style'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'react-hooks': hooks, jupyter },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Use src/api.ts: it adds the token, XSRF and the base URL.' },
        { name: 'EventSource', message: 'Use a source of src/wire: JupyterHub refuses EventSource.' }
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: 'Only sanitised HTML may be inserted, in one place: say why there.'
        }
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // What is destructured here are objects of functions; there is hardly a class whose `this` could be lost.
      '@typescript-eslint/unbound-method': 'off',
      // React event handlers may be async; their rejections are handled inside.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // JupyterLab's own interfaces are called I*; an interface that only extends one names it for our side.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      'jupyter/command-described-by': 'error',
      'jupyter/plugin-activation-args': 'error',
      'jupyter/plugin-description': 'error'
    }
  },
  {
    // node:test returns promises that its runner awaits.
    files: ['src/**/*.test.{ts,tsx}'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' }
  },
  floor(['src/wire/**'], JUPYTER, ANYWIDGET, above('state', 'render', 'plugins', 'panel', 'widgets', 'gallery', 'api')),
  floor(['src/state/**'], JUPYTER, ANYWIDGET, above('render', 'plugins', 'panel', 'widgets', 'gallery', 'api')),
  floor(['src/render/**'], JUPYTER, ANYWIDGET, above('plugins', 'panel', 'widgets', 'gallery', 'api')),
  floor(['src/widgets/**'], JUPYTER, above('plugins', 'panel', 'gallery', 'api')),
  floor(['src/gallery/**'], JUPYTER, ANYWIDGET, above('plugins', 'panel', 'widgets', 'api')),
  floor(['src/index.ts', 'src/tokens.ts', 'src/api.ts', 'src/panel/**', 'src/plugins/**'], ANYWIDGET, above('widgets', 'gallery'))
);
