import { renderMarkdown } from './markdown';
import { english, type RenderServices } from './services';

const PREFIX = 'factory-jupyter:';

/** Services of a plain page: what a notebook cell and the gallery have. */
export function browserServices(): RenderServices {
  return {
    markdown: renderMarkdown,
    trans: english,
    copy,
    now: () => Date.now(),
    storage: { get, set },
    openExternal: url => void window.open(url, '_blank', 'noopener')
  };
}

/** The clipboard; where the page is served over plain http there is only the old way. */
async function copy(text: string): Promise<void> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    return clipboard.writeText(text);
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand('copy');
  area.remove();
  if (!isDone) {
    throw new Error('The browser does not allow copying here.');
  }
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
