import type { Command } from 'commander'
import { flattenTree, normalizeKey, quoteKeyPart, unquoteKeyPart } from '../../core/config-tree.ts'
import { AdminError } from '../admin-error.ts'
import { readJson } from '../read-json.ts'
import type { Session } from '../session.ts'

/** The shared configuration under the original's command names. */
export function addEtcdCommands(mgr: Command, session: Session): void {
  const etcd = mgr.command('etcd').description('the shared configuration tree')
  addReading(etcd, session)
  addWriting(etcd, session)
  etcd
    .command('quote <text>')
    .description('quote one part of a key')
    .action((text: string) => session.print(quoteKeyPart(text), quoteKeyPart(text)))
  etcd
    .command('unquote <text>')
    .description('read a quoted part of a key')
    .action((text: string) => session.print(unquoteKeyPart(text), unquoteKeyPart(text)))
}

function addReading(etcd: Command, session: Session): void {
  etcd
    .command('get <key>')
    .description('the value of a key; with --prefix all below it as JSON ("" is everything)')
    .option('--prefix', 'all below the key')
    .action(async (key: string, options: { prefix?: boolean }) => {
      await session.run('mgr etcd get', async (admin) => {
        if (options.prefix) {
          const { tree } = await admin.call('config.tree', { key })
          session.print(JSON.stringify(tree, null, 2), tree)
          return
        }
        const { value } = await admin.call('config.get', { key })
        if (value === null) throw new AdminError(`no such key: ${key}`, 1)
        session.print(value, { key: normalizeKey(key), value })
      })
    })
  etcd
    .command('ls [prefix]')
    .description('the keys below a prefix with their values')
    .action(async (prefix = '') => {
      const { tree } = await session.run('mgr etcd ls', (admin) => admin.call('config.tree', { key: prefix }))
      const rows = flattenTree(prefix, tree)
      session.print(
        rows.map(([key, value]) => oneLine(`${key} = ${value}`)).join('\n'),
        Object.fromEntries(rows),
      )
    })
}

function addWriting(etcd: Command, session: Session): void {
  etcd
    .command('put <key> <value>')
    .description('set a key')
    .action(async (key: string, value: string) => {
      await session.run('mgr etcd put', (admin) => admin.call('config.put', { key, value }))
      session.print(`set ${normalizeKey(key)}`, { key: normalizeKey(key) })
    })
  etcd
    .command('put-json <key> <file>')
    .description('write a JSON document below a key ("" is the root, "-" is standard input)')
    .addHelpText('after', '\nExample:\n  backendai mgr etcd put-json config dev.etcd.config.json')
    .action(async (key: string, file: string) => {
      const json = await readJson(file, session.io)
      const { written } = await session.run('mgr etcd put-json', (admin) =>
        admin.call('config.put-tree', { key, json }),
      )
      session.print(`wrote ${written} keys below "${normalizeKey(key)}"`, { written })
    })
  etcd
    .command('delete <key>')
    .description('delete a key; with --prefix all below it too')
    .option('--prefix', 'all below the key')
    .action(async (key: string, options: { prefix?: boolean }) => {
      const prefix = options.prefix === true
      await session.run('mgr etcd delete', (admin) => admin.call('config.delete', { key, prefix }))
      session.print(`deleted ${normalizeKey(key)}`, { key: normalizeKey(key) })
    })
  etcd
    .command('move-subtree <from> <to>')
    .alias('move')
    .description('move a key and all below it')
    .action(async (from: string, to: string) => {
      await session.run('mgr etcd move-subtree', (admin) => admin.call('config.move', { from, to }))
      session.print(`moved ${normalizeKey(from)} to ${normalizeKey(to)}`, { from, to })
    })
}

const WIDTH = 80
const oneLine = (text: string): string => {
  const flat = text.replaceAll('\n', '⏎')
  return flat.length > WIDTH ? `${flat.slice(0, WIDTH - 1)}…` : flat
}
