/** Hides the record below a living widget, which says the same; returns the undo. */
export function hideRecord(id: string): () => void {
  const style = document.createElement('style');
  style.textContent = `[data-factory-record="${CSS.escape(id)}"] { display: none; }`;
  document.head.append(style);
  return () => style.remove();
}
