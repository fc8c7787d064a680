import type { Noun } from './noun.ts'
import * as nouns from './nouns.ts'

/** What an operand names, by what the help calls it. */
const BY_OPERAND: Record<string, Noun> = {
  ACCESS_KEY: nouns.KEY_PAIR,
  AGENT: nouns.AGENT,
  AGENTS: nouns.AGENT,
  DOMAIN: nouns.DOMAIN,
  EMAIL: nouns.USER,
  GROUP: nouns.GROUP,
  GROUPS: nouns.GROUP,
  HOST: nouns.STORAGE_HOST,
  ID_OR_NAME: nouns.GROUP,
  IMAGE: nouns.IMAGE,
  IMAGES: nouns.IMAGE,
  RESOURCE_POLICY: nouns.KEY_PAIR_RESOURCE_POLICY,
  TARGET: nouns.IMAGE,
  USERS: nouns.USER,
}

/** What the commands of a group are about. */
const BY_GROUP: Record<string, Noun> = {
  agent: nouns.AGENT,
  domain: nouns.DOMAIN,
  'keypair-resource-policy': nouns.KEY_PAIR_RESOURCE_POLICY,
  'project-resource-policy': nouns.PROJECT_RESOURCE_POLICY,
  registry: nouns.REGISTRY,
  'resource-preset': nouns.RESOURCE_PRESET,
  'scaling-group': nouns.SCALING_GROUP,
  'user-resource-policy': nouns.USER_RESOURCE_POLICY,
}

/** The kind of thing that an operand names; null where it is something new, or nothing that can be listed. */
export function operandNoun(operand: string, command: string, group: string): Noun | null {
  const isOwn = operand === 'NAME' || operand === 'ID'
  if (command === 'add' && (isOwn || operand === 'EMAIL')) return group === 'keypair' ? nouns.USER : null
  return (isOwn ? BY_GROUP[group] : BY_OPERAND[operand]) ?? null
}
