import type { ImageRecipe } from '../import-image.ts'

/** The image that sessions of the alias `python` run where no registry answers. */
export const PYTHON_IMAGE = 'cr.backend.ai/stable/python:3.11-debian12'

export const PYTHON_RECIPE: ImageRecipe = {
  image: PYTHON_IMAGE,
  rootfs: { name: 'python', release: 'bookworm', packages: ['python3', 'ca-certificates'] },
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
  changes: ['ENV LANG=C.UTF-8', 'CMD ["/usr/bin/python3"]'],
}
