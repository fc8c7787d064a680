/** How Backend.AI writes an architecture that container images call otherwise. */
export const canonicalArchitecture = (name: string): string =>
  name === 'amd64' ? 'x86_64' : name === 'arm64' ? 'aarch64' : name
