import type { Attachment } from '../../wire/wire';

/** Of one file; the server's own limit. */
export const MAX_BYTES = 10 * 1024 * 1024;
/** Of all files of a message together. */
export const MAX_FILES = 20;

const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** A file that was read, or why it cannot go along. */
export type Read =
  { attachment: Attachment; size: number } | { refusal: 'too_large' | 'not_text' | 'unreadable'; name: string };

/** Reads a dropped or pasted file: pictures as they are, everything else as text. */
export async function readFile(file: File): Promise<Read> {
  const name = file.name || (file.type.startsWith('image/') ? `pasted.${file.type.slice(6)}` : 'pasted.txt');
  if (file.size > MAX_BYTES) {
    return { refusal: 'too_large', name };
  }
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { refusal: 'unreadable', name };
  }
  if (!IMAGES.has(file.type) && !isText(bytes)) {
    return { refusal: 'not_text', name };
  }
  const media_type = IMAGES.has(file.type) ? file.type : 'text/plain';
  return { attachment: { name: name.slice(0, 200), media_type, data: base64(bytes) }, size: file.size };
}

/** Files of a paste or a drop. */
export function filesOf(data: DataTransfer | null): File[] {
  return data ? [...data.files] : [];
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) {
    return false;
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces: a call takes a bounded number of arguments.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
