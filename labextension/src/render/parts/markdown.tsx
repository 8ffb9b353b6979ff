import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import { useServices, type RenderServices } from '../services';
import { names } from './classes';

/** Rendering may take at most this share of the time while a block streams. */
const SHARE = 1 / 5;
const PAUSE_MS = 125;

/** Markdown of an agent. While it streams it is drawn at most 8 times a second, less often when it is long. */
export function Markdown({ source, isLive = false }: { source: string; isLive?: boolean }): ReactElement {
  const services = useServices();
  const host = useRef<HTMLDivElement>(null);
  const cost = useRef(0);
  const text = useCalm(source, isLive, cost);
  useLayoutEffect(() => {
    let isStale = false;
    const began = performance.now();
    const el = document.createElement('div');
    const show = (): void => {
      cost.current = performance.now() - began;
      if (!isStale && host.current) {
        addCopyButtons(el, services);
        host.current.replaceChildren(...el.childNodes);
      }
    };
    const rendered = services.markdown(text, el);
    if (rendered) {
      void rendered.then(show);
    } else {
      show();
    }
    return () => {
      isStale = true;
    };
  }, [text, services]);
  return <div ref={host} className={names('markdown', isLive && 'mod-live')} />;
}

/** The newest text, but while it grows only every so often. */
function useCalm(source: string, isLive: boolean, cost: { current: number }): string {
  const [shown, show] = useState(source);
  const newest = useRef(source);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  newest.current = source;
  useEffect(() => {
    if (isLive && timer.current === undefined && shown !== source) {
      timer.current = setTimeout(
        () => {
          timer.current = undefined;
          show(newest.current);
        },
        Math.max(PAUSE_MS, cost.current / SHARE)
      );
    }
  }, [source, shown, isLive, cost]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return isLive ? shown : source;
}

function addCopyButtons(el: HTMLElement, { trans, copy }: RenderServices): void {
  el.querySelectorAll('pre').forEach(pre => {
    pre.tabIndex = 0;
    const frame = document.createElement('div');
    frame.className = names('pre');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = names('pre-copy');
    button.textContent = trans.__('Copy');
    const say = (text: string): void => {
      button.textContent = text;
      setTimeout(() => (button.textContent = trans.__('Copy')), 1500);
    };
    button.addEventListener('click', () => {
      void Promise.resolve(copy(pre.textContent ?? '')).then(
        () => say(trans.__('Copied')),
        () => say(trans.__('Not allowed here'))
      );
    });
    pre.replaceWith(frame);
    frame.append(pre, button);
  });
}
