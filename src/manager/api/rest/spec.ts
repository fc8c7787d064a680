import { quickResponse } from '../../../lib/http/quick-response.ts'
import { json } from '../answer.ts'
import type { OpenApiDocument } from '../openapi/openapi-document.ts'
import { defineRoute, type Route } from '../route.ts'

/** What the manager serves, for programs and for people. `routes` is asked once everything is put together. */
export function specRoutes(routes: () => readonly Route[], version: string): readonly Route[] {
  let made: Promise<OpenApiDocument> | null = null
  const document = (): Promise<OpenApiDocument> => {
    // Few ask, so the conversion is loaded by the first who does.
    made ??= import('../openapi/openapi-document.ts').then(({ openApiDocument }) =>
      openApiDocument(routes(), version),
    )
    return made
  }

  async function page() {
    const { openApiPage, PAGE_HEADERS } = await import('../openapi/openapi-page.ts')
    return quickResponse({ status: 200, head: PAGE_HEADERS, content: openApiPage(await document()) })
  }

  return [
    defineRoute({
      method: 'GET',
      path: '/spec/openapi',
      summary: 'Describe the API: JSON, or a page for browsers',
      auth: 'anonymous',
      handler: async ({ header }) =>
        header('accept')?.includes('text/html') ? await page() : json(await document()),
    }),
    defineRoute({
      method: 'GET',
      path: '/spec/openapi.json',
      summary: 'Describe the API as OpenAPI 3.1',
      auth: 'anonymous',
      handler: async () => json(await document()),
    }),
    defineRoute({
      method: 'GET',
      path: '/spec/openapi.html',
      summary: 'Describe the API as a page',
      auth: 'anonymous',
      handler: page,
    }),
  ]
}
