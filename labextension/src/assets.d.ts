// What esbuild inlines as text.
declare module '*.jsonl' {
  const text: string;
  export default text;
}
declare module '*.svg' {
  const text: string;
  export default text;
}
