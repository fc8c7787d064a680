import keysForm from './graphiql-keys.html' with { type: 'text' }

const FIRST_QUERY = `# Press the triangle to ask.
{
  user { email role domain_name groups { name } }
}
`

/** Nothing but what is in the page itself, and this very address to ask. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'worker-src blob:',
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** GraphiQL as one page that needs no network; it signs what it asks with the keys that are typed into it. */
export async function graphiqlPage(): Promise<Response> {
  // Nine megabytes, so only where somebody looks.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql')
  const page = renderGraphiQL({ title: 'Backend.AI GraphQL', defaultQuery: FIRST_QUERY })
  return new Response(
    page.replace('<div id="root">', (root) => keysForm + root),
    {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': POLICY,
        'cache-control': 'no-cache',
        'referrer-policy': 'no-referrer',
      },
    },
  )
}
