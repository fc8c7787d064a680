import {
  changeTemplateParams,
  listTemplateParams,
  newTemplateParams,
  oneTemplateParams,
  removeTemplateParams,
  type TemplateType,
} from '../../../api/session-template.ts'
import { findTemplate, shownTemplate, templateViewer } from '../../services/templates/find-template.ts'
import { listTemplates } from '../../services/templates/list-templates.ts'
import {
  createTemplates,
  removeTemplate,
  replaceTemplate,
  type TemplateContext,
} from '../../services/templates/write-templates.ts'
import { json, text } from '../answer.ts'
import { defineRoute, type Route } from '../route.ts'

/** Templates of sessions and of clusters (client-wire.md §2.6). */
export function templateRoutes(context: TemplateContext): readonly Route[] {
  return [
    ...routesOf(context, '/template/session', 'task'),
    ...routesOf(context, '/template/cluster', 'cluster'),
  ]
}

function routesOf(context: TemplateContext, path: string, type: TemplateType): Route[] {
  const kind = type === 'task' ? 'session' : 'cluster'
  const { store } = context.ports
  const one = `${path}/:template`
  return [
    defineRoute({
      method: 'POST',
      path,
      summary: `Create ${kind} templates`,
      auth: 'user',
      whenFrozen: 'refuse',
      params: newTemplateParams,
      handler: async ({ params, requester }) => {
        const created = await createTemplates(context, requester, type, params)
        // Clusters have always been answered one by one.
        return json(type === 'cluster' && created.length === 1 ? created[0] : created)
      },
    }),
    defineRoute({
      method: 'GET',
      path,
      summary: `List ${kind} templates`,
      auth: 'user',
      params: listTemplateParams,
      handler: async ({ params, requester }) => json(await listTemplates(store, requester, type, params)),
    }),
    defineRoute({
      method: 'GET',
      path: one,
      summary: `Show a ${kind} template`,
      auth: 'user',
      params: oneTemplateParams,
      handler: async ({ params, path: names, requester }) => {
        const viewer = await templateViewer(store, requester, params.owner_access_key)
        const row = await findTemplate(store, viewer, type, names.template ?? '')
        const shown = {
          template: shownTemplate(viewer, row),
          name: row.name,
          user_uuid: row.userUuid,
          group_id: row.groupId,
          domain_name: row.domainName,
        }
        if (params.format !== 'yaml') return json(shown)
        return text(`${Bun.YAML.stringify(shown, null, 2)}\n`, 200, 'text/yaml; charset=utf-8')
      },
    }),
    defineRoute({
      method: 'PUT',
      path: one,
      summary: `Replace a ${kind} template`,
      auth: 'user',
      whenFrozen: 'refuse',
      params: changeTemplateParams,
      handler: async ({ params, path: names, requester }) => {
        await replaceTemplate(context, requester, type, names.template ?? '', params)
        return json({ success: true })
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: one,
      summary: `Delete a ${kind} template`,
      auth: 'user',
      params: removeTemplateParams,
      handler: async ({ params, path: names, requester }) => {
        await removeTemplate(context, requester, type, names.template ?? '', params.owner_access_key)
        return json({ success: true })
      },
    }),
  ]
}
