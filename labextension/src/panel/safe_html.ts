import DOMPurify from 'dompurify';

/** Classes that JupyterLab's code highlighting gives; any other could dress an agent's text up as a part of JupyterLab. */
const HIGHLIGHTING = /^(?:cm-|tok-|language-|ͼ)/;

const RULES = {
  FORBID_TAGS: 'style form input button textarea select iframe object embed video audio source svg math'.split(' '),
  FORBID_ATTR: 'style id name srcset ping'.split(' '),
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/(?:png|jpeg|gif|webp);)/i,
  RETURN_DOM_FRAGMENT: true
} as const;

/** HTML that neither runs anything, nor loads anything from elsewhere, nor looks like our own controls. */
export function safeHtml(html: string): string {
  const fragment = DOMPurify.sanitize(html, RULES as unknown as { RETURN_DOM_FRAGMENT: true });
  for (const element of fragment.querySelectorAll('[class]')) {
    element.classList.remove(...[...element.classList].filter(name => !HIGHLIGHTING.test(name)));
  }
  for (const image of fragment.querySelectorAll('img')) {
    // A remote image would tell its host what was read, and when. Nothing is loaded before it is in the page.
    const source = image.getAttribute('src') ?? '';
    if (!source.startsWith('data:')) {
      image.replaceWith(image.alt || source);
    }
  }
  const holder = document.createElement('div');
  holder.append(fragment);
  return holder.innerHTML;
}
