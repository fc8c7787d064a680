import type Docker from 'dockerode'

/** Pulls one image; resolves when its last layer is there. */
export async function pullImage(
  docker: Docker,
  image: string,
  auth: { username: string; password: string } | null,
  signal: AbortSignal,
): Promise<void> {
  const options = {
    abortSignal: signal,
    ...(auth ? { authconfig: { ...auth, serveraddress: image.split('/')[0] ?? '' } } : {}),
  }
  const stream = await docker.pull(image, options)
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
      reject(signal.reason)
    }
    signal.addEventListener('abort', stop, { once: true })
    docker.modem.followProgress(stream, (error, steps: { error?: string }[] | null) => {
      signal.removeEventListener('abort', stop)
      const refusal = steps?.find((step) => step.error !== undefined)?.error
      if (error) reject(error)
      else if (refusal !== undefined) reject(new Error(refusal))
      else resolve()
    })
  })
}
