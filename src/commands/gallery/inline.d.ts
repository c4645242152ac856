/** What runs in the page, bundled into one text by .build/inline.mjs. */
declare module '*?inline' {
  const text: string;
  export default text;
}
