import type { ImportImage } from '../../../api/image-import.ts'

/** The Dockerfile that turns a foreign image into one for sessions: labels, and a runtime that is proved to be there. */
export function importRecipe(wanted: ImportImage): string {
  const services = wanted.servicePorts.map(({ name, protocol, ports }) => {
    const [only, more] = ports
    return `${name}:${protocol}:${more === undefined ? only : `[${ports.join(',')}]`}`
  })
  const labels: Record<string, string> = {
    'ai.backend.kernelspec': '1',
    'ai.backend.features': 'batch query uid-match',
    'ai.backend.brand': wanted.brand,
    'ai.backend.base-distro': wanted.baseDistro,
    'ai.backend.runtime-type': wanted.runtimeType,
    'ai.backend.runtime-path': wanted.runtimePath,
    'ai.backend.resource.min.cpu': String(wanted.minCpu),
    'ai.backend.resource.min.mem': wanted.minMemory,
    'ai.backend.resource.preferred.shmem': wanted.preferredSharedMemory,
    'ai.backend.accelerators': wanted.supportedAccelerators.join(','),
    'ai.backend.envs.corecount': wanted.cpuCountEnvs.join(','),
    'ai.backend.service-ports': services.join(','),
  }
  return [
    `FROM ${wanted.src}`,
    'USER root',
    `RUN ["${wanted.runtimePath}", "--version"]`,
    ...Object.entries(labels).map(([name, value]) => `LABEL ${name}=${quoted(value)}`),
    '',
  ].join('\n')
}

/** In a Dockerfile's double quotes a dollar would begin a variable. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\$]/g, '\\$&')}"`
