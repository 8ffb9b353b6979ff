import { renderMarkdown } from './markdown';
import { english, type RenderServices } from './services';

const PREFIX = 'factory-jupyter:';

/** Services of a plain page: what a notebook cell and the gallery have. */
export function browserServices(): RenderServices {
  return {
    markdown: renderMarkdown,
    trans: english,
    copy: text => navigator.clipboard.writeText(text),
    now: () => Date.now(),
    storage: { get, set },
    openExternal: url => void window.open(url, '_blank', 'noopener')
  };
}

// Storage may be forbidden (a sandboxed frame) or full; a draft that cannot be kept must not break the page.
function get(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

function set(key: string, value: string | null): void {
  try {
    if (value === null) {
      localStorage.removeItem(PREFIX + key);
    } else {
      localStorage.setItem(PREFIX + key, value);
    }
  } catch {
    return;
  }
}
