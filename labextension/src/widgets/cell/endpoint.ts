import { modelLine, type CustomMessages } from '../../wire/model';
import type { Endpoint } from '../../wire/socket';

/** Where the Jupyter page keeps what it knows of its server; VS Code, Colab and exported pages have no such element. */
function pageBase(): { baseUrl: string; token: string } | null {
  const text = document.getElementById('jupyter-config-data')?.textContent;
  if (!text) {
    return null;
  }
  const config = JSON.parse(text) as { baseUrl?: string; token?: string };
  return config.baseUrl ? { baseUrl: config.baseUrl, token: config.token ?? '' } : null;
}

/** The address of `factory/<path>` on the server of this page, or null. */
export function pageUrl(path: string, protocol: 'http' | 'ws'): URL | null {
  const page = pageBase();
  if (!page) {
    return null;
  }
  const url = new URL(`${page.baseUrl}factory/${path}`, window.location.href);
  url.protocol = url.protocol.replace('http', protocol);
  return url;
}

/**
 * The page's own socket where it reaches the server of this session: it works while the kernel is busy. Else a line through the kernel.
 *
 * The kernel may talk to another server than the page does; there the session is unknown, and the socket is refused.
 */
export function widgetEndpoint(model: CustomMessages, path: string): Endpoint {
  let page = pageUrl(path, 'ws');
  let hasOpened = false;
  return {
    open(since) {
      if (!page) {
        return modelLine(model, since);
      }
      page.searchParams.set('since', String(since));
      const socket = new WebSocket(page);
      socket.addEventListener('open', () => {
        hasOpened = true;
      });
      socket.addEventListener('close', () => {
        if (!hasOpened) {
          page = null;
        }
      });
      return socket;
    }
  };
}
