/** A script or style of the page, bundled into one text by the build. */
declare module '*?inline' {
  const text: string;
  export default text;
}
