import type { Logger } from '../../lib/logger.ts'
import type { ServicePort } from '../../wire/agent-rpc.ts'
import { describeError } from '../agent-error.ts'
import type { KernelLink } from '../execution/kernel-link-types.ts'

/**
 * Of the declared services, those that the kernel can serve: pre-opened ports, and services of the image that it
 * defines. An image that declares none costs no question.
 */
export async function announcedServices(
  link: Pick<KernelLink, 'call'>,
  declared: readonly ServicePort[],
  log: Logger,
): Promise<ServicePort[]> {
  if (declared.every(({ protocol }) => protocol === 'preopen')) return [...declared]
  try {
    const { data } = await link.call('apps', {})
    const defined = new Map(data.map((app) => [app.name, app]))
    return declared.flatMap((service) => {
      const definition = defined.get(service.name)
      if (service.protocol !== 'preopen' && !definition) return []
      const urlTemplate = definition?.url_template
      return [urlTemplate === undefined ? service : { ...service, urlTemplate }]
    })
  } catch (error) {
    // The session works without its services.
    log.warn({ error: describeError(error) }, 'the services of the image are not known')
    return declared.filter(({ protocol }) => protocol === 'preopen')
  }
}
