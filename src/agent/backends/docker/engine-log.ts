import type Docker from 'dockerode'

/** Lines to ask for: a line of a terminal is rarely shorter than this many bytes. */
const SHORTEST_LINE = 32

/** The end of a container's output. Our containers have a terminal, so the engine sends it unframed. */
export async function readEngineLog(
  docker: Docker,
  containerId: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const tail = Math.max(1, Math.ceil(maxBytes / SHORTEST_LINE))
  const output = await bytesOf(docker, containerId, tail)
  return output.length > maxBytes ? output.subarray(output.length - maxBytes) : output
}

/** As a stream: `container.logs()` would parse what it can as JSON, and `print(1)` would come back as a number. */
async function bytesOf(docker: Docker, containerId: string, tail: number): Promise<Buffer> {
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    docker.modem.dial(
      {
        path: `/containers/${containerId}/logs?`,
        method: 'GET',
        isStream: true,
        statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
        options: { stdout: true, stderr: true, follow: false, tail },
      },
      (error, data) => (error ? reject(error) : resolve(data as NodeJS.ReadableStream)),
    )
  })
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
