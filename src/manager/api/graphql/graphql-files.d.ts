declare module '*.graphql' {
  const text: string
  export default text
}

declare module '*.gz' {
  const path: string
  export default path
}
