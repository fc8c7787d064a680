/** What a volume can do beyond plain files; the names are those that clients read. */
export type VolumeCapability = 'vfolder' | 'quota' | 'metric' | 'fast-scan' | 'fast-size' | 'fast-fs-size'

export interface VolumeUsage {
  capacityBytes: number
  usedBytes: number
}

/** The storage volume port: a place that holds virtual folders. Drivers live in plugins/storage-*. */
export interface StorageVolume {
  readonly name: string
  readonly backend: string
  /** The mount path on the storage node. */
  readonly path: string
  readonly fsprefix: string
  readonly capabilities: readonly VolumeCapability[]
  usage(): Promise<VolumeUsage>
  /** `healthy`, or what is wrong in a sentence. */
  health(): Promise<{ status: 'healthy' | 'unavailable'; info: string | null }>
}

export interface StorageVolumeSettings {
  name: string
  path: string
  fsprefix: string
  options: Record<string, unknown>
}

/** A storage plugin makes volumes of one backend. */
export interface StoragePlugin {
  readonly backend: string
  open(settings: StorageVolumeSettings): Promise<StorageVolume>
}
