import { Problem } from '../../../core/problem.ts'

/** The id of a node among all nodes, as the original makes it: base64 of `Type:id`. */
export const globalId = (type: string, id: string): string => Buffer.from(`${type}:${id}`).toString('base64')

/** @throws Problem for what is no such id. */
export function readGlobalId(text: string): { type: string; id: string } {
  const [, type, id] = /^(\w+):(.+)$/s.exec(Buffer.from(text, 'base64').toString()) ?? []
  if (type !== undefined && id !== undefined) return { type, id }
  throw new Problem('invalid-api-params', {
    msg: `"${text}" is not the global id of a node.`,
    data: { id: text },
  })
}

/** The plain id in the global id of a `type`. @throws Problem also when it is another type's. */
export function idOfNode(type: string, text: string): string {
  const found = readGlobalId(text)
  if (found.type === type) return found.id
  throw new Problem('invalid-api-params', {
    msg: `"${text}" is the id of a ${found.type}, not of a ${type}.`,
    data: { id: text },
  })
}
