/** What runs in the page, bundled into one text by scripts/build.mjs. */
declare module '*?inline' {
  const text: string;
  export default text;
}
