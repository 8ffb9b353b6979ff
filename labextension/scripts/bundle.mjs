// The esbuild bundles, beside the JupyterLab extension that `jupyter-builder` makes:
//   widgets  src/widgets/*.ts(x)     -> ../factory_jupyter/notebook/static/<name>.js, .css   anywidget modules
//   gallery  src/gallery/index.tsx   -> dist-gallery/                                         one page, no server
//   tests    src/**/*.test.ts(x)     -> .test/                                                and runs them with `node --test`
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { argv, execPath, exit } from 'node:process';

const THEMES = ['light', 'dark', 'dark-high-contrast'];

/** Options that every bundle shares. */
const common = {
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  legalComments: 'none',
  loader: { '.jsonl': 'text', '.md': 'text', '.svg': 'text' },
  logLevel: 'warning',
  target: 'es2022'
};

/** A module in a notebook cell cannot borrow React from JupyterLab, so it carries Preact, a twentieth of the size. */
const preact = {
  react: 'preact/compat',
  'react-dom': 'preact/compat',
  'react-dom/client': 'preact/compat/client',
  'react/jsx-runtime': 'preact/jsx-runtime'
};

/** Files below `folder` whose path matches; node 20 has no glob of its own. */
async function files(folder, pattern, recursive = true) {
  const names = await readdir(folder, { recursive }).catch(() => []);
  return names.filter(name => pattern.test(name)).map(name => `${folder}/${name}`).sort();
}

async function widgets() {
  const entryPoints = await files('src/widgets', /^[^.]+\.tsx?$/, false);
  const outdir = '../factory_jupyter/notebook/static';
  await rm(outdir, { recursive: true, force: true });
  await build({ ...common, entryPoints, outdir, minify: true, alias: preact, define: production });
}

async function gallery() {
  const outdir = 'dist-gallery';
  await rm(outdir, { recursive: true, force: true });
  await mkdir(`${outdir}/themes`, { recursive: true });
  for (const theme of THEMES) {
    const from = `node_modules/@jupyterlab/theme-${theme}-extension/style/variables.css`;
    await cp(from, `${outdir}/themes/${theme}.css`);
  }
  await cp('node_modules/axe-core/axe.min.js', `${outdir}/axe.min.js`);
  await cp('src/gallery/index.html', `${outdir}/index.html`);
  await build({ ...common, entryPoints: ['src/gallery/index.tsx'], outdir, sourcemap: true, define: production });
}

async function tests() {
  const entryPoints = await files('src', /\.test\.tsx?$/);
  await rm('.test', { recursive: true, force: true });
  await build({
    ...common,
    entryPoints,
    outdir: '.test',
    outbase: 'src',
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    platform: 'node',
    sourcemap: 'inline'
  });
  const built = await files('.test', /\.test\.mjs$/);
  const run = built.length > 0 ? spawnSync(execPath, ['--enable-source-maps', '--test', ...built], { stdio: 'inherit' }) : { status: 0 };
  exit(run.status ?? 1);
}

const production = { 'process.env.NODE_ENV': '"production"' };
const bundles = { widgets, gallery, tests };
const bundle = bundles[argv[2]];
if (bundle === undefined) {
  console.error(`usage: ${basename(argv[1])} ${Object.keys(bundles).join('|')}`);
  exit(2);
}
await bundle();
