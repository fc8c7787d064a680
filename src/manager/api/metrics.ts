import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { text } from './answer.ts'
import { defineRoute, type Route } from './route.ts'

export interface Metrics {
  readonly registry: Registry
  observe(route: Route | null, method: string, status: number, milliseconds: number): void
}

/** Prometheus metrics of one manager; those of the process are gathered once somebody has scraped. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const requests = new Histogram({
    name: 'backendai_http_request_duration_seconds',
    help: 'Time until the head of an API answer, by route.',
    labelNames: ['method', 'path', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  })
  return {
    registry,
    observe(route, method, status, milliseconds) {
      const path = route?.path ?? 'none'
      requests.observe({ method, path, status }, milliseconds / 1000)
    },
  }
}

export function metricsRoutes({ registry }: Metrics): readonly Route[] {
  let isCollecting = false
  return [
    defineRoute({
      method: 'GET',
      path: '/metrics',
      summary: 'Scrape metrics for Prometheus',
      auth: 'anonymous',
      rateLimited: false,
      handler: async () => {
        if (!isCollecting) {
          isCollecting = true
          collectDefaultMetrics({ register: registry })
        }
        return text(await registry.metrics(), 200, registry.contentType)
      },
    }),
  ]
}
