import type Docker from 'dockerode'

/** Lines to ask for: a line of a terminal is rarely shorter than this many bytes. */
const SHORTEST_LINE = 32

/** The end of a container's output. Our containers have a terminal, so the engine sends it unframed. */
export async function readEngineLog(container: Docker.Container, maxBytes: number): Promise<Uint8Array> {
  const tail = Math.max(1, Math.ceil(maxBytes / SHORTEST_LINE))
  const output = await container.logs({ stdout: true, stderr: true, follow: false, tail })
  return output.length > maxBytes ? output.subarray(output.length - maxBytes) : output
}
