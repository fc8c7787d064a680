export type TemplateValues = Readonly<Record<string, string | readonly (string | number)[]>>

/** A field is `{name}` or `{name[index]}`; `{{` and `}}` are braces. */
const FIELD = /\{\{|\}\}|\{(\w+)(?:\[(\w+)\])?\}/g

/**
 * Fills in a template-enabled string of a service definition (003, "Service Definition DSL").
 * @example fillTemplate('--port={ports[0]}', { ports: [8080] }) // '--port=8080'
 * @throws Error that names a field without value
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replace(FIELD, (field: string, name: string | undefined, index: string | undefined) => {
    if (name === undefined) return field.charAt(0)
    const value = values[name]
    if (value === undefined) throw new Error(`the service definition uses the unknown variable {${name}}`)
    if (index === undefined) return typeof value === 'string' ? value : JSON.stringify(value)
    const item = typeof value === 'string' ? undefined : value[Number(index)]
    if (item === undefined) throw new Error(`the service definition asks for ${field}, which does not exist`)
    return String(item)
  })
}
