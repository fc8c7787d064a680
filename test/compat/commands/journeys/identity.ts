import type { Giver, World } from '../world.ts'

const OK = /"ok": true/

/** Domains, projects, people and their keys. Gives the keys of a user of the default project. */
export async function identity({ admin }: World): Promise<{ accessKey: string; secretKey: string }> {
  await domains(admin)
  const member = await people(admin)
  await projects(admin, member.uuid)
  return member
}

async function domains(admin: Giver): Promise<void> {
  await admin.json('admin domain add', ['lab', '-d', 'A lab'], /"lab"/)
  await admin.json('admin domain update', ['lab', '--description', 'The lab'], OK)
  await admin.run('admin domain info', ['lab'], /Description\s+The lab/)
  await admin.run('admin domain list', [], /default[\s\S]*lab/)
  await admin.json('admin domain delete', ['lab'], OK)
  await admin.run('admin domain purge', ['lab'], /lab/, { stdin: 'y\n' })
  await admin.run('admin domain info', ['lab'], /No matching entry found/)
}

async function people(admin: Giver) {
  const email = 'member@example.org'
  const add = ['default', email, 'member-pass-word-1', '-u', 'member', '-n', 'A Member']
  await admin.json('admin user add', add, /"email": "member@example\.org"/)
  const [member] = await admin.items('admin user list', ['--filter', `email == "${email}"`], /member@example/)
  await admin.json('admin user update', [email, '--full-name', 'The Member'], OK)
  await admin.run('admin user info', ['-e', email], /The Member/)
  for (const name of ['leaver', 'purged'])
    await admin.json('admin user add', ['default', `${name}@example.org`, 'leaver-pass-word-1'], OK)
  await admin.json('admin user delete', ['leaver@example.org'], OK)
  await admin.run('admin user list', ['--status', 'deleted'], /leaver@example/)
  await admin.run('admin user purge', ['purged@example.org'], /purged/, { stdin: 'y\n' })
  const keys = await keypairs(admin, email)
  return { uuid: String(member?.uuid), ...keys }
}

async function keypairs(admin: Giver, email: string) {
  await admin.run('admin keypair info', [], /Access Key\s+AKIA/)
  const [first] = await admin.items('admin keypair list', ['-u', email], /"access_key": "AKIA/)
  const { keypair } = await admin.json('admin keypair add', [email, 'default', '-r', '4000'], OK)
  const key = String(Object(keypair).access_key)
  await admin.json('admin keypair update', [key, '--rate-limit', '5000'], OK)
  await admin.json('admin keypair deactivate', [key], OK)
  await admin.run('admin keypair list', ['-u', email, '--is-active', 'false'], new RegExp(key))
  await admin.json('admin keypair activate', [key], OK)
  await admin.run(
    'admin keypair list',
    ['-u', email, '--is-active', 'true'],
    new RegExp(`${key}[\\s\\S]*5000`),
  )
  await admin.json('admin keypair delete', [key], OK)
  return { accessKey: String(first?.access_key), secretKey: String(first?.secret_key) }
}

async function projects(admin: Giver, user: string): Promise<void> {
  const { group } = await admin.json('admin group add', ['default', 'team', '-d', 'A team'], /"name": "team"/)
  const id = String(Object(group).id)
  await admin.json('admin group update', [id, '--description', 'The team'], OK)
  await admin.json('admin group add-users', [id, user], OK)
  await admin.run('admin user list', ['-g', id], /member@example/)
  await admin.json('admin group remove-users', [id, user], OK)
  await admin.run('admin group info', ['team'], /Description\s+The team/)
  await admin.run('admin group list', ['-d', 'default'], /team/)
  await admin.json('admin group delete', [id], OK)
  await admin.run('admin group purge', [id], new RegExp(id), { stdin: 'y\n' })
  const [kept] = await admin.items('admin group list', [], /"default"/)
  await admin.json('admin group add-users', [String(kept?.id), user], OK)
}
