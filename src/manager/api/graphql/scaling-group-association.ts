import {
  type LinkedTo,
  linkResourceGroups,
  unlinkResourceGroups,
} from '../../services/identity/resource-group-links.ts'
import type { GraphContext } from './context.ts'
import { outcome } from './outcome.ts'
import type { GraphResource } from './resource.ts'
import sdl from './scaling-group-association.graphql' with { type: 'text' }

type Names = readonly (string | null)[]

const toDomain = (domain: string): LinkedTo => ({ kind: 'domain', domain })
const toProject = (id: string): LinkedTo => ({ kind: 'project', id })
const toKeypair = (accessKey: string): LinkedTo => ({ kind: 'keypair', accessKey })

const link = (context: GraphContext, action: string, names: Names, to: LinkedTo) =>
  outcome(context, (identity) => linkResourceGroups(identity, context.requester, action, names, to))

const unlink = (context: GraphContext, action: string, names: Names | null, from: LinkedTo) =>
  outcome(context, (identity) => unlinkResourceGroups(identity, context.requester, action, names, from))

export const scalingGroupAssociation = {
  sdl,
  mutations: {
    associate_scaling_group_with_domain: (_, args, context) =>
      link(context, 'associate_scaling_group_with_domain', [args.scaling_group], toDomain(args.domain)),
    associate_scaling_groups_with_domain: (_, args, context) =>
      link(context, 'associate_scaling_groups_with_domain', args.scaling_groups, toDomain(args.domain)),
    associate_scaling_group_with_user_group: (_, args, context) =>
      link(
        context,
        'associate_scaling_group_with_user_group',
        [args.scaling_group],
        toProject(args.user_group),
      ),
    associate_scaling_groups_with_user_group: (_, args, context) =>
      link(
        context,
        'associate_scaling_groups_with_user_group',
        args.scaling_groups,
        toProject(args.user_group),
      ),
    associate_scaling_group_with_keypair: (_, args, context) =>
      link(context, 'associate_scaling_group_with_keypair', [args.scaling_group], toKeypair(args.access_key)),
    associate_scaling_groups_with_keypair: (_, args, context) =>
      link(context, 'associate_scaling_groups_with_keypair', args.scaling_groups, toKeypair(args.access_key)),
    disassociate_scaling_group_with_domain: (_, args, context) =>
      unlink(context, 'disassociate_scaling_group_with_domain', [args.scaling_group], toDomain(args.domain)),
    disassociate_scaling_groups_with_domain: (_, args, context) =>
      unlink(context, 'disassociate_scaling_groups_with_domain', args.scaling_groups, toDomain(args.domain)),
    disassociate_scaling_group_with_user_group: (_, args, context) =>
      unlink(
        context,
        'disassociate_scaling_group_with_user_group',
        [args.scaling_group],
        toProject(args.user_group),
      ),
    disassociate_scaling_groups_with_user_group: (_, args, context) =>
      unlink(
        context,
        'disassociate_scaling_groups_with_user_group',
        args.scaling_groups,
        toProject(args.user_group),
      ),
    disassociate_scaling_group_with_keypair: (_, args, context) =>
      unlink(
        context,
        'disassociate_scaling_group_with_keypair',
        [args.scaling_group],
        toKeypair(args.access_key),
      ),
    disassociate_scaling_groups_with_keypair: (_, args, context) =>
      unlink(
        context,
        'disassociate_scaling_groups_with_keypair',
        args.scaling_groups,
        toKeypair(args.access_key),
      ),
    disassociate_all_scaling_groups_with_domain: (_, args, context) =>
      unlink(context, 'disassociate_all_scaling_groups_with_domain', null, toDomain(args.domain)),
    disassociate_all_scaling_groups_with_group: (_, args, context) =>
      unlink(context, 'disassociate_all_scaling_groups_with_group', null, toProject(args.user_group)),
  },
} satisfies GraphResource
