import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import type { AcceleratorPlugin } from '../../plugin/accelerator.ts'
import { describeError } from '../agent-error.ts'

interface DeviceStatus {
  status: 'healthy' | 'degraded' | 'offline' | 'unavailable'
  status_info: string | null
  metadata: Record<string, string>
}

/** Health of each kind of device, as the manager shows it. */
export async function hardwareInfo(
  accelerators: readonly AcceleratorPlugin[],
): Promise<Record<string, unknown>> {
  const [cpu, mem, ...others] = await Promise.all([
    cpuInfo(),
    memoryInfo(),
    ...accelerators.map(acceleratorInfo),
  ])
  const named = accelerators.map(({ key }, index): [string, DeviceStatus | undefined] => [key, others[index]])
  return { cpu, mem, ...Object.fromEntries(named) }
}

async function cpuInfo(): Promise<DeviceStatus> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  const model = /^model name\s*:\s*(.*)$/m.exec(text)?.[1] ?? process.arch
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  return {
    status: 'healthy',
    status_info: null,
    metadata: {
      model,
      arch: process.arch,
      load: [one, five, fifteen].map((load) => load.toFixed(2)).join(' '),
    },
  }
}

async function memoryInfo(): Promise<DeviceStatus> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const bytes = (name: string) =>
    String(Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1_024)
  return {
    status: 'healthy',
    status_info: null,
    metadata: { total: bytes('MemTotal'), available: bytes('MemAvailable'), swap: bytes('SwapTotal') },
  }
}

async function acceleratorInfo(plugin: AcceleratorPlugin): Promise<DeviceStatus> {
  try {
    const devices = await plugin.devices()
    return {
      status: 'healthy',
      status_info: null,
      metadata: { devices: String(devices.length), version: plugin.version },
    }
  } catch (error) {
    return { status: 'unavailable', status_info: describeError(error).message, metadata: {} }
  }
}
