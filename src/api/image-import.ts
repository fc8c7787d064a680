import * as v from 'valibot'
import { anObject, firstOf, integer } from './fields.ts'

/** `POST /image/import`: a foreign image and what it is to be as an image for sessions. */
type Fields = Readonly<Record<string, unknown>>
const given = (input: Fields, ...names: string[]): unknown => firstOf(input, names) ?? undefined

const imageName = v.pipe(v.string('missing'), v.minLength(1), v.maxLength(512), v.regex(/^\S+$/, 'no spaces'))
const size = v.pipe(
  v.union([v.string(), v.number()], 'missing'),
  v.transform(String),
  v.regex(/^\d+(\.\d+)?\s*([kmgtp]i?b?|b)?$/i, 'expected a size such as 512m'),
)
const line = v.pipe(v.string('missing'), v.regex(/^\P{Cc}{0,256}$/u, 'one line, please'))
const port = v.pipe(integer, v.minValue(1025), v.maxValue(65_534))

export const BASE_DISTROS = ['ubuntu', 'centos'] as const
export const RUNTIME_TYPES = ['python'] as const

export const importImageParams = v.pipe(
  anObject,
  v.transform((input: Fields) => ({
    src: given(input, 'src'),
    target: given(input, 'target'),
    architecture: given(input, 'architecture'),
    launchOptions: given(input, 'launchOptions', 'launch_options'),
    brand: given(input, 'brand'),
    baseDistro: given(input, 'baseDistro', 'base_distro'),
    minCpu: given(input, 'minCPU', 'min_cpu'),
    minMemory: given(input, 'minMemory', 'min_mem'),
    preferredSharedMemory: given(input, 'preferredSharedMemory', 'preferred_shmem'),
    supportedAccelerators: given(input, 'supportedAccelerators', 'supported_accelerators'),
    runtimeType: given(input, 'runtimeType', 'runtime_type'),
    runtimePath: given(input, 'runtimePath', 'runtime_path'),
    cpuCountEnvs: given(input, 'CPUCountEnvs', 'cpu_count_envs'),
    servicePorts: given(input, 'servicePorts', 'service_ports'),
  })),
  v.object({
    src: imageName,
    target: imageName,
    architecture: v.optional(v.picklist(['x86_64', 'aarch64']), 'x86_64'),
    launchOptions: v.pipe(
      v.optional(anObject, {}),
      v.transform((input: Fields) => ({
        scalingGroup: given(input, 'scalingGroup', 'scaling_group'),
        group: given(input, 'group'),
      })),
      v.object({ scalingGroup: v.optional(v.string(), 'default'), group: v.optional(v.string(), 'default') }),
    ),
    brand: line,
    baseDistro: v.picklist(BASE_DISTROS, `expected one of ${BASE_DISTROS.join(', ')}`),
    minCpu: v.optional(v.pipe(integer, v.minValue(1), v.maxValue(1024)), 1),
    minMemory: v.optional(size, '1g'),
    preferredSharedMemory: v.optional(size, '64m'),
    supportedAccelerators: v.optional(v.array(v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/))), []),
    runtimeType: v.optional(v.picklist(RUNTIME_TYPES), 'python'),
    runtimePath: v.pipe(v.string('missing'), v.regex(/^\/[\w./+-]{1,255}$/, 'expected an absolute path')),
    cpuCountEnvs: v.optional(v.array(v.pipe(v.string(), v.regex(/^[A-Za-z_]\w{0,63}$/))), [
      'NPROC',
      'OMP_NUM_THREADS',
      'OPENBLAS_NUM_THREADS',
    ]),
    servicePorts: v.optional(
      v.array(
        v.object({
          name: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
          protocol: v.picklist(['http', 'tcp', 'pty']),
          ports: v.pipe(v.array(port), v.minLength(1)),
        }),
      ),
      [],
    ),
  }),
)
export type ImportImage = v.InferOutput<typeof importImageParams>
