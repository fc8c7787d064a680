import type { Giver, World } from '../world.ts'

const TEMPLATE = JSON.stringify({
  api_version: '6',
  kind: 'task_template',
  metadata: { name: 'my-template', tag: 'by-template' },
  spec: {
    session_type: 'interactive',
    kernel: { image: 'python', environ: {}, run: null, git: null },
    scaling_group: 'default',
    mounts: {},
    resources: { cpu: '1', mem: '256m' },
  },
})

/** What people keep: dotfiles, templates, logs, their login and password. */
export async function own({ admin, browser, shape }: World): Promise<void> {
  await dotfiles(admin)
  await templates(admin)
  await admin.run('server-logs list', [], /Total log count/)
  await admin.run('config', [], /Negotiated API version/)
  await login(browser, shape)
  await expired(admin)
}

async function dotfiles(admin: Giver): Promise<void> {
  const path = '.example.rc'
  await admin.run('dotfile create', [path, '--perm', '644'], /created and ready/, { stdin: 'colour=blue\n' })
  await admin.run('dotfile get', [path], /colour=blue/)
  await admin.run('dotfile update', [path, '--perm', '600'], /updated/, { stdin: 'colour=red\n' })
  await admin.run('dotfile list', [], /\.example\.rc\s+colour=red\s+600/)
  await admin.run('dotfile delete', ['-f', path], /deleted/)
  await admin.run('dotfile list', [], /no dotfiles/)
}

async function templates(admin: Giver): Promise<void> {
  for (const group of ['session-template', 'sesstpl']) {
    const made = await admin.run(`${group} create`, ['-d', 'default', '-g', 'default'], /created and ready/, {
      stdin: TEMPLATE,
    })
    const id = /template (\S+) created/.exec(made)?.[1] ?? ''
    await admin.run(`${group} get`, [id], /my-template/)
    await admin.run(`${group} update`, [id], /updated/, {
      stdin: TEMPLATE.replace('my-template', 'new-name'),
    })
    await admin.run(`${group} list`, [], new RegExp(`new-name\\s+${id}`))
    if (group === 'sesstpl') await fromTemplate(admin, id)
    await admin.run(`${group} delete`, ['-f', id], /deleted/)
  }
}

async function fromTemplate(admin: Giver, id: string): Promise<void> {
  for (const path of ['create-from-template', 'start-from-template', 'session create-from-template'])
    await admin.run(path, ['--name', 'made-so', id], /Session ID \S+ is (created|already running) and ready/)
  await admin.run('rm', ['made-so'], /Done\./)
}

async function login(browser: Giver, { email, password }: World['shape']): Promise<void> {
  const fresh = 'another-pass-word-2'
  await browser.run('login', [], /Login succeeded/, { stdin: `${email}\n${password}\n` })
  await browser.run('config', [], /Username/)
  await browser.run('update-password', [password, fresh, fresh], /Password updated/)
  await browser.run('logout', [], /Logout done/)
  await browser.run('login', [], /Login failed/, { stdin: `${email}\n${password}\n`, code: 1 })
}

/** Where passwords expire, they can be changed by those who know them. */
async function expired(admin: Giver): Promise<void> {
  const [age, who] = ['config/auth/max_password_age', 'member@example.org']
  await admin.run('admin etcd set', [age, '30d'], /Successfully set/)
  const passwords = ['member-pass-word-1', 'member-pass-word-2']
  await admin.run('update-password-no-auth', ['default', who, ...passwords], /Password updated/)
  await admin.run('admin etcd delete', [age], /Successfully deleted/)
}
