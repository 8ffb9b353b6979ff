/**
 * Hues that stay apart, also for most people who see fewer colours, in the order in which they are taken. Orange and amber are not
 * among them: they say that somebody waits for you.
 */
const HUES = [250, 20, 160, 310, 105, 200, 350, 130, 280, 185, 225, 330];

/**
 * The colour by which a workspace is recognised on cards, tabs and kernels: the same on every page. One lightness for all, with at
 * least 3:1 on the white and on the dark pages of JupyterLab.
 */
export function workspaceColour(id: string): string {
  return `oklch(0.62 0.15 ${HUES[hash(id) % HUES.length]})`;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  // Ids that differ in one character must differ in every bit (the finalizer of MurmurHash3).
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
