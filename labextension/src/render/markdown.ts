import DOMPurify from 'dompurify';
import { Marked } from 'marked';

const marked = new Marked({ gfm: true, breaks: false });

/** What an agent writes is not ours: nothing may run, load from elsewhere, look like our own controls, or restyle the page. */
const SAFE = {
  FORBID_TAGS: [
    'style',
    'form',
    'input',
    'button',
    'textarea',
    'select',
    'iframe',
    'object',
    'embed',
    'video',
    'audio',
    'source',
    'svg',
    'math'
  ],
  FORBID_ATTR: ['style', 'class', 'id', 'name', 'srcset', 'ping'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif|webp);)/i,
  RETURN_DOM_FRAGMENT: true
} as const;

/** Markdown into `el`, sanitised: the one place where text of others becomes HTML. */
export function renderMarkdown(source: string, el: HTMLElement): void {
  const html = marked.parse(source, { async: false });
  const fragment = DOMPurify.sanitize(html, SAFE as unknown as { RETURN_DOM_FRAGMENT: true });
  fragment.querySelectorAll('a').forEach(link => {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  });
  fragment.querySelectorAll('img').forEach(image => {
    // A remote image tells its host what was read, and when.
    if (!image.src.startsWith('data:')) {
      image.replaceWith(image.alt || image.src);
    }
  });
  el.replaceChildren(fragment);
}
