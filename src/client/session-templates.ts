import type { Connection } from './connection.ts'

/** A template as lists show it. */
export interface TemplateSummary {
  id: string
  name: string
  created_at: string
  is_owner: boolean
  type: 'task' | 'cluster'
  user: string | null
  user_email?: string | null
  group: string | null
  group_name?: string | null
  domain_name?: string
}

export interface CreatedTemplate {
  id: string
  user: string
}

export interface TemplateOwner {
  domain?: string
  group?: string
  /** Administrators who act for somebody. */
  ownerAccessKey?: string
}

/** Session or cluster templates. A document is YAML or JSON text, several ones in one text as well. */
export interface Templates {
  create(document: string, owner?: TemplateOwner): Promise<CreatedTemplate[]>
  /** `isAll`: of everybody (administrators). */
  list(
    query?: { isAll?: boolean; groupId?: string; ownerAccessKey?: string },
    signal?: AbortSignal,
  ): Promise<TemplateSummary[]>
  /** The document as text, as the server writes it. */
  get(templateId: string, query?: { format?: 'yaml' | 'json'; ownerAccessKey?: string }): Promise<string>
  update(templateId: string, document: string, owner?: TemplateOwner): Promise<void>
  delete(templateId: string, owner?: Pick<TemplateOwner, 'ownerAccessKey'>): Promise<void>
}

export function createTemplates(
  connection: Connection,
  kind: 'session' | 'cluster',
  defaults: { domain: string; group: string },
): Templates {
  const body = (document: string, owner: TemplateOwner) => ({
    payload: document,
    group_name: owner.group ?? defaults.group,
    domain_name: owner.domain ?? defaults.domain,
    owner_access_key: owner.ownerAccessKey ?? null,
  })
  return {
    create: (document, owner = {}) =>
      connection.json<CreatedTemplate[]>({
        method: 'POST',
        path: ['template', kind],
        json: body(document, owner),
      }),
    list: (query = {}, signal) =>
      connection.json<TemplateSummary[]>({
        method: 'GET',
        path: ['template', kind],
        query: {
          all: query.isAll ? 'true' : undefined,
          group_id: query.groupId,
          owner_access_key: query.ownerAccessKey,
        },
        signal,
      }),
    async get(templateId, query = {}) {
      const response = await connection.send({
        method: 'GET',
        path: ['template', kind, templateId],
        query: { format: query.format ?? 'yaml', owner_access_key: query.ownerAccessKey },
      })
      return response.text()
    },
    async update(templateId, document, owner = {}) {
      await connection.send({
        method: 'PUT',
        path: ['template', kind, templateId],
        json: body(document, owner),
      })
    },
    async delete(templateId, owner = {}) {
      await connection.send({
        method: 'DELETE',
        path: ['template', kind, templateId],
        query: { owner_access_key: owner.ownerAccessKey },
      })
    },
  }
}
