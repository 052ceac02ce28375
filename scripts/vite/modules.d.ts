/** What scripts/vite/yaml.ts makes of a YAML file: plain data that must be validated before use. */
declare module '*.yaml' {
  const value: unknown;
  export default value;
}
