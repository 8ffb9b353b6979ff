/**
 * Keeps plain keys inside `el` from the notebook around it: on a focused button it would be in command mode, where "1" makes the cell a
 * heading and "x" cuts it. Keys with Ctrl, Alt or Cmd stay JupyterLab's. Answers the undo.
 */
export function keepPlainKeys(el: HTMLElement): () => void {
  // On the window, because JupyterLab already listens on the document, before any element gets the key.
  const listen = (event: KeyboardEvent): void => {
    el.toggleAttribute('data-lm-suppress-shortcuts', !(event.ctrlKey || event.altKey || event.metaKey));
  };
  window.addEventListener('keydown', listen, true);
  return () => window.removeEventListener('keydown', listen, true);
}
