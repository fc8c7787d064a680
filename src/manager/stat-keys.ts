/** Keys of live statistics in the cache: JSON text, written from heartbeats, read by the API. */

/** `{node: {metric: M}, devices: {metric: {device: M}}}` of an agent. */
export const nodeStatKey = (agentId: string): string => `stat.agent.${agentId}`
/** `{metric: M}` of a kernel. */
export const kernelStatKey = (kernelId: string): string => `stat.kernel.${kernelId}`
