import { runKernelRunner } from '../../src/kernel-runner/main.ts'

process.exit(await runKernelRunner([]))
