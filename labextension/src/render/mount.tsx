import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { ServicesProvider, type RenderServices } from './services';

/** Draws `node` in `el`; returns the undo. The only place that knows how a tree of components meets the page. */
export function mount(el: HTMLElement, node: ReactNode, services: RenderServices): () => void {
  const root = createRoot(el);
  el.classList.add('jp-Factory');
  root.render(<ServicesProvider value={services}>{node}</ServicesProvider>);
  return () => {
    root.unmount();
    el.classList.remove('jp-Factory');
  };
}
