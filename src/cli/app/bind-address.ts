import { InvalidArgumentError } from 'commander'

export interface BindAddress {
  host: string
  /** 0: any free one. */
  port: number
}

/** `9900`, `:9900`, `0.0.0.0:9900`, `[::1]:9900`. */
export function bindAddress(text: string): BindAddress {
  const match = /^(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(text)
  const port = Number(match?.[2])
  if (!match || port > 65_535) throw new InvalidArgumentError('Expected PORT or HOST:PORT.')
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, '') || '127.0.0.1', port }
}

export const LOCAL_8080: BindAddress = { host: '127.0.0.1', port: 8080 }
