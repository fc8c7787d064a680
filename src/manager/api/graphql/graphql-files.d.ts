declare module '*.graphql' {
  const text: string
  export default text
}

declare module '*/graphiql-keys.html' {
  const text: string
  export default text
}
