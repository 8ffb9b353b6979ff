import { Clipboard } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { type IRenderMimeRegistry, renderMarkdown } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { FactoryApi } from '../api';
import { browserServices } from '../render/browser';
import type { RenderServices } from '../render/services';
import { safeHtml } from './safe_html';

/** What the services of the panel are made of; the optional parts are absent in Notebook 7. */
export interface ServicesParts {
  api: FactoryApi;
  trans: TranslationBundle;
  rendermime: IRenderMimeRegistry;
  documents: IDocumentManager | null;
  openTerminal?: (command: string) => void;
}

/** JupyterLab's services for drawing: its markdown with math and highlighting, its documents, its translations. */
export function panelServices({ api, trans, rendermime, documents, openTerminal }: ServicesParts): RenderServices {
  const plain = browserServices();
  const key = (name: string): string => `${PageConfig.getBaseUrl()}:${name}`;
  return {
    ...plain,
    trans,
    markdown: (source, el) => markdown(rendermime, source, el),
    allowBypass: PageConfig.getOption('factoryAllowBypass') === 'true',
    copy: text => Clipboard.copyToSystem(text),
    // Several servers may share an origin (JupyterHub), and each has its own drafts.
    storage: {
      get: name => plain.storage.get(key(name)),
      set: (name, value) => plain.storage.set(key(name), value)
    },
    attachmentUrl: (sessionId, attachmentId) => api.attachmentUrl(sessionId, attachmentId),
    ...(openTerminal && { openTerminal }),
    ...(documents && { openFile: opener(documents) })
  };
}

async function markdown(rendermime: IRenderMimeRegistry, source: string, el: HTMLElement): Promise<void> {
  await renderMarkdown({
    host: el,
    source,
    trusted: false,
    // JupyterLab's own sanitiser is made for outputs of the user's code: it lets buttons run JupyterLab commands and images load from
    // anywhere. What an agent writes may quote a stranger.
    sanitizer: { sanitize: safeHtml },
    resolver: null,
    linkHandler: null,
    shouldTypeset: true,
    latexTypesetter: rendermime.latexTypesetter,
    markdownParser: rendermime.markdownParser
  });
  el.querySelectorAll('.jp-InternalAnchorLink').forEach(anchor => anchor.remove());
}

/** Opens files of worktrees that lie below the server's root directory; elsewhere JupyterLab's documents cannot reach them. */
function opener(documents: IDocumentManager): (path: string) => void {
  return path => {
    const reachable = contentsPath(path);
    if (reachable !== null) {
      documents.openOrReveal(reachable);
    }
  };
}

/** The contents path of an absolute path on the server; null outside its root directory. */
export function contentsPath(path: string): string | null {
  const root = PageConfig.getOption('factoryRootDir');
  if (!root) {
    return null;
  }
  const relative = PathExt.relative(root, path);
  return relative.startsWith('..') ? null : relative;
}

/** The absolute path on the server of a contents path. */
export function serverPath(path: string): string {
  // JupyterLab's own `PathExt.join` makes relative paths.
  return `${PageConfig.getOption('factoryRootDir').replace(/\/$/, '')}/${PathExt.removeSlash(path)}`;
}
