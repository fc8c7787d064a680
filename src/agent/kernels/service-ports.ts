import type { ServicePort } from '../../wire/agent-rpc.ts'
import { RESERVED_PORTS } from '../../wire/runner-environ.ts'
import { AgentError } from '../agent-error.ts'

/** A service that a kernel may serve, before host ports are given to it. */
export type DeclaredService = Pick<ServicePort, 'name' | 'protocol' | 'containerPorts'>

/**
 * Reads the label ai.backend.service-ports: `name:proto:port` or `name:proto:[p1,p2]`, separated by commas
 * (agent-kernel.md §6). `pty` is legal and has no port of ours.
 */
export function parseServicePorts(label: string): DeclaredService[] {
  const services: DeclaredService[] = []
  const used = new Set<number>()
  for (const entry of label.split(/,(?![^[]*\])/).map((text) => text.trim())) {
    if (entry === '') continue
    const match = /^([\w-]+):([a-z]+):(?:(\d+)|\[([\d,\s]+)\])$/.exec(entry)
    if (!match) throw invalid(`"${entry}" is not name:protocol:port`)
    const [, name = '', protocol = '', single, several = ''] = match
    if (protocol === 'pty') continue
    if (protocol !== 'http' && protocol !== 'tcp' && protocol !== 'preopen') {
      throw invalid(`"${entry}": the protocol must be tcp, http or preopen`)
    }
    const containerPorts = (single === undefined ? several.split(',') : [single]).map(Number)
    for (const port of containerPorts) claim(port, used)
    services.push({ name, protocol, containerPorts })
  }
  return services
}

/** All services of a kernel: those of the image and the pre-opened ports, for the main one only. */
export function declareServices(
  label: string,
  preopenPorts: readonly number[],
  isMain: boolean,
): DeclaredService[] {
  if (!isMain) return []
  const own = parseServicePorts(label)
  const used = new Set(own.flatMap(({ containerPorts }) => containerPorts))
  const preopened = preopenPorts.map((port): DeclaredService => {
    claim(port, used)
    return { name: String(port), protocol: 'preopen', containerPorts: [port] }
  })
  return [...own, ...preopened]
}

/** Lays host ports, in order, over the services. A kernel on the host's network listens on the host port itself. */
export function bindServices(
  services: readonly DeclaredService[],
  hostPorts: readonly number[],
  sharesHostNetwork: boolean,
): ServicePort[] {
  let taken = 0
  return services.map((service) => {
    const mine = hostPorts.slice(taken, taken + service.containerPorts.length)
    taken += mine.length
    return {
      ...service,
      containerPorts: sharesHostNetwork ? mine : service.containerPorts,
      hostPorts: mine,
      isInference: false,
    }
  })
}

export const countPorts = (services: readonly DeclaredService[]): number =>
  services.reduce((sum, { containerPorts }) => sum + containerPorts.length, 0)

function claim(port: number, used: Set<number>): void {
  if (!(port > 1024 && port < 65_535)) throw invalid(`port ${port} is outside 1025-65534`)
  if (RESERVED_PORTS.includes(port)) throw invalid(`port ${port} is reserved`)
  if (used.has(port)) throw invalid(`port ${port} is declared twice`)
  used.add(port)
}

const invalid = (message: string): AgentError =>
  new AgentError('InvalidKernelConfig', `service ports: ${message}`)
