/** The build puts these files into the program as text. */
declare module '*.md' {
  const text: string;
  export default text;
}

declare module '*.yaml' {
  const text: string;
  export default text;
}

declare module '*.py' {
  const text: string;
  export default text;
}
