import type { Connection } from './connection.ts'

export interface ResourcePreset {
  name: string
  /** Bytes as text, or null. */
  shared_memory: string | null
  resource_slots: Record<string, string>
}

export interface PresetCheck {
  presets: (ResourcePreset & { allocatable: boolean })[]
  keypair_limits: Record<string, string>
  keypair_using: Record<string, string>
  keypair_remaining: Record<string, string>
  scaling_groups: Record<string, { using: Record<string, string>; remaining: Record<string, string> }>
}

export interface Resources {
  presets(): Promise<ResourcePreset[]>
  /** Limits, usage and which presets fit now. */
  checkPresets(query?: { group?: string; scalingGroup?: string }): Promise<PresetCheck>
  /** Slot name → unit (`count`, `bytes`…). */
  slots(): Promise<Record<string, string>>
  /** Names of the scaling groups that a project may use. */
  scalingGroups(group: string): Promise<string[]>
}

export const createResources = (connection: Connection, defaultGroup: string): Resources => ({
  async presets() {
    const body = await connection.json<{ presets: ResourcePreset[] }>({
      method: 'GET',
      path: ['resource', 'presets'],
    })
    return body.presets
  },
  checkPresets: (query = {}) =>
    connection.json<PresetCheck>({
      method: 'POST',
      path: ['resource', 'check-presets'],
      json: {
        group: query.group ?? defaultGroup,
        ...(query.scalingGroup ? { scaling_group: query.scalingGroup } : {}),
      },
      isIdempotent: true,
    }),
  slots: () => connection.json({ method: 'GET', path: ['config', 'resource-slots'] }),
  async scalingGroups(group) {
    const body = await connection.json<{ scaling_groups: { name: string }[] }>({
      method: 'GET',
      path: ['scaling-groups'],
      query: { group },
    })
    return body.scaling_groups.map(({ name }) => name)
  },
})
