/** The image that sessions of the alias `python` run where no registry answers. */
export const PYTHON_IMAGE = 'cr.backend.ai/stable/python:3.11-debian12'

export const PYTHON_RECIPE = {
  release: 'bookworm',
  packages: ['python3', 'ca-certificates'],
  /** Found useful only by people who read manuals inside containers; they are a third of the size. */
  exclude: ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/info/*'],
  labels: {
    'ai.backend.kernelspec': '1',
    'ai.backend.features': 'uid-match batch query user-input tty',
    'ai.backend.base-distro': 'debian12',
    'ai.backend.runtime-type': 'python',
    'ai.backend.runtime-path': '/usr/bin/python3',
    'ai.backend.role': 'COMPUTE',
    'ai.backend.resource.min.cpu': '1',
    'ai.backend.resource.min.mem': '64m',
  },
}
