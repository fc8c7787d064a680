/** An answer that is an error, with the sentence to show. */
export class RequestError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'RequestError'
    this.status = status
  }
}

const API_VERSION = 'v7.20230615'

/** JSON of the webserver, or of the manager below `/func`. @throws RequestError */
export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json', 'x-backendai-version': API_VERSION },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const content = text === '' ? {} : JSON.parse(text)
  if (!answer.ok) throw new RequestError(answer.status, content.msg ?? content.title ?? answer.statusText)
  return content
}

/** @throws RequestError with the first error of the answer. */
export async function query<T>(text: string, variables: Record<string, unknown> = {}): Promise<T> {
  const answer = await request<{ data: T; errors?: { message: string }[] }>('POST', '/func/admin/gql', {
    query: text,
    variables,
  })
  const failure = answer.errors?.[0]
  if (failure) throw new RequestError(400, failure.message)
  return answer.data
}
