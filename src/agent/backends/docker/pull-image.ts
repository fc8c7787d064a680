import type Docker from 'dockerode'

interface PullStep {
  error?: string
}

/** Pulls one image; resolves when its last layer is there. Aborting closes the request, which ends the engine's pull. */
export async function pullImage(
  docker: Docker,
  image: string,
  auth: { username: string; password: string } | null,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const options = {
    abortSignal: signal,
    ...(auth ? { authconfig: { ...auth, serveraddress: image.split('/')[0] ?? '' } } : {}),
  }
  const stream = await docker.pull(image, options)
  const stopped = Promise.withResolvers<never>()
  const stop = () => {
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
    stopped.reject(signal.reason)
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const pulled = new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, steps: PullStep[] | null) => {
      const refusal = steps?.find((step) => step.error !== undefined)?.error
      if (error) reject(error)
      else if (refusal !== undefined) reject(new Error(refusal))
      else resolve()
    })
  })
  try {
    await Promise.race([pulled, stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
