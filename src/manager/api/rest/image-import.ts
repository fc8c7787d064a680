import { BASE_DISTROS, importImageParams, RUNTIME_TYPES } from '../../../api/image-import.ts'
import { importImage } from '../../services/image-import/import-image.ts'
import type { SessionServices } from '../../services/index.ts'
import { json } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** Importing foreign images (client-wire.md §6), also under the address that the documentation gives elsewhere. */
export function imageImportRoutes(services: SessionServices, importerImage: string): readonly Route[] {
  return ['/image/import', '/session/_/image/import'].flatMap((path) => [
    defineRoute({
      method: 'GET',
      path,
      summary: 'Describe the form for importing an image',
      auth: 'admin',
      handler: () => json(FORM),
    }),
    defineRoute({
      method: 'POST',
      path,
      summary: 'Build a session image from a foreign image',
      auth: 'admin',
      whenFrozen: 'refuse',
      params: importImageParams,
      handler: async ({ params, requester }) => {
        const { sessionId, sessionName } = await importImage(services, requester, params, importerImage)
        return json({ importTask: { sessionId, taskId: sessionId, sessionName } })
      },
    }),
  ])
}

const text = (name: string, label: string, placeholder = '', help = '') => ({
  name,
  type: 'string',
  label,
  placeholder,
  help,
})
const choice = (name: string, label: string, choices: readonly string[]) => ({
  name,
  type: 'choice',
  label,
  choices,
  help: '',
})

/** What an importing page asks for, in groups. */
const FORM = {
  fieldGroups: [
    {
      name: 'Import options',
      fields: [
        text('src', 'Source image', 'registry.example.org/name:tag', 'The image to start from.'),
        text('target', 'Target image', 'registry.example.org/name:tag', 'Its registry must be configured.'),
        text('brand', 'Name to show'),
        choice('baseDistro', 'Base distribution', BASE_DISTROS),
        text('minCPU', 'Least CPU cores', '1'),
        text('minMemory', 'Least memory', '1g'),
        text('preferredSharedMemory', 'Preferred shared memory', '64m'),
        {
          name: 'supportedAccelerators',
          type: 'multichoice',
          label: 'Accelerators',
          choices: ['cuda'],
          help: '',
        },
        choice('runtimeType', 'Runtime', RUNTIME_TYPES),
        text('runtimePath', 'Path of the runtime', '/usr/bin/python3'),
        { name: 'CPUCountEnvs', type: 'string[]', label: 'Variables that get the number of cores', help: '' },
        {
          name: 'servicePorts',
          type: 'serviceport[]',
          label: 'Services',
          help: 'Name, protocol (http or tcp) and ports of each service of the image.',
        },
      ],
    },
  ],
}
