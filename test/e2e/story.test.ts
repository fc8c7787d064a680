/** One user's story through the executable, on both kernel backends. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { isAlive } from '../harness/alive.ts'
import { placement } from '../harness/placement.ts'
import { type CommandResult, product, type RunOptions, runProduct } from '../harness/product.ts'
import { type ServerProcess, startServerProcess, untilReady } from '../harness/server-process.ts'
import { adminKeys, type BackendPlace, passwordIn, placeBackend, shapeHome } from '../harness/shape/home.ts'
import { leftoversOf, processesOf } from '../harness/shape/leftovers.ts'
import type { BackendName } from '../harness/shapes.ts'
import type { TempDirectory } from '../harness/temp.ts'
import { until } from '../harness/until.ts'

const BACKENDS: BackendName[] = ['process', 'docker']
/** Room for a build and an image. */
const PREPARE_MS = 240_000
const RUN = ['run', '--rm', '-c', 'print("hello world")', 'python']

describe.each(BACKENDS)('%s', (name) => {
  let backend: BackendPlace
  let home: TempDirectory
  let executable: string
  let settings: Record<string, string>
  let up: ServerProcess
  let password: string

  /** Starts `up` on the same data directory and ports each time; gives the seconds until it was ready. */
  const start = async (more: string[] = []): Promise<number> => {
    const readyFile = home.at('ready.json')
    await Bun.file(readyFile)
      .delete()
      .catch(() => {})
    const started = performance.now()
    up = startServerProcess({
      command: [executable, 'up', '--ready-file', readyFile, ...backend.args, ...more],
      env: settings,
      cwd: home.path,
      stopSignal: 'TERM',
      graceMs: 30_000,
    })
    await untilReady(up, 'up', () => existsSync(readyFile), 60_000)
    return (performance.now() - started) / 1000
  }
  const web = async (): Promise<string> => (await Bun.file(home.at('ready.json')).json()).web
  const cli = (args: string[], options: RunOptions = {}): Promise<CommandResult> =>
    runProduct(args, { ...options, as: 'backend.ai', env: { ...settings, ...options.env }, cwd: home.path })

  beforeAll(async () => {
    executable = await product()
    backend = await placeBackend(name)
    home = shapeHome('story')
    settings = {
      ...(await placement()),
      BACKENDAI_DATA: home.at('data'),
      HOME: home.path,
      ...backend.env,
    }
    await start()
    password = await passwordIn(() => up.output())
  }, PREPARE_MS)

  afterAll(async () => {
    await up[Symbol.asyncDispose]()
    const left = await leftoversOf(home.path, backend.host)
    for (const { remove } of left) await remove().catch(() => {})
    home[Symbol.dispose]()
    await backend[Symbol.asyncDispose]()
    expect(left.map(({ what }) => what)).toEqual([])
  }, PREPARE_MS)

  test('hello world: output alone on standard output, the story on standard error', async () => {
    const { code, stdout, stderr } = await cli(RUN)
    expect(stdout).toBe('hello world\n')
    expect(stderr).toMatch(/Session \S+ is ready/)
    expect(stderr).toContain('Execution finished. (exit code = 0)')
    expect(stderr).toContain('Cleaned up the session.')
    expect(code).toBe(0)
  })

  test('the exit code is the program’s', async () => {
    await Bun.write(home.at('three.py'), 'raise SystemExit(3)\n')
    const ran = await cli(['run', '--rm', '--exec', 'python3 three.py', 'python', 'three.py'])
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 3, stdout: '' })
  })

  test('bootstrap.sh comes first, python works by both names, and .output can be fetched', async () => {
    await Bun.write(home.at('boot.sh'), 'mkdir .output; echo booted > booted')
    await Bun.write(home.at('leave.py'), 'open(".output/made.txt", "w").write(open("booted").read() * 2)\n')
    const commands = 'python leave.py && env python -c "print(5)"'
    const ran = await cli([
      ...['run', '--json', '-t', 'leaving', '--bootstrap-script', 'boot.sh', '--exec', commands, 'python'],
      'leave.py',
    ])
    const { console: items, files } = JSON.parse(ran.stdout)
    expect(items[0]).toEqual(['stdout', expect.stringContaining('5\n')])
    expect(files).toMatchObject([{ name: 'made.txt' }])
    const fetched = await fetch(files[0].url)
    expect(await fetched.text()).toBe('booted\nbooted\n')
    expect((await cli(['rm', 'leaving'])).code).toBe(0)
    expect((await fetch(files[0].url)).status).toBe(404)
  })

  test('input, errors and a run of more than two seconds', async () => {
    const asked = await cli(['run', '--rm', '-c', 'print("hi", input("who? "))', 'python'], {
      stdin: 'Ada\n',
    })
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('hi Ada\n') })
    const raised = await cli(['run', '--rm', '-c', 'raise ValueError("on purpose")', 'python'])
    expect(raised.stderr).toContain('ValueError: on purpose')
    expect(raised.stdout).toBe('')
    const long = 'import time\nfor i in range(3):\n    print(i, flush=True)\n    time.sleep(0.9)'
    expect(await cli(['run', '--rm', '-c', long, 'python'])).toMatchObject({ code: 0, stdout: '0\n1\n2\n' })
  })

  test('the web page: log in, start a session, run code, log out', async () => {
    await using browser = await chromium.launch({
      executablePath: Bun.which('chromium') ?? '',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    })
    const page = await browser.newPage()
    page.setDefaultTimeout(60_000)
    const troubles: string[] = []
    page.on('pageerror', (error) => troubles.push(String(error)))
    await page.goto(await web())
    const { email } = adminKeys(home.at('data'))
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor()
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Log in' }).click()

    await page.getByLabel('Session name').fill('from-the-web')
    await page.getByRole('button', { name: 'Start a session' }).click()
    const row = page.getByRole('row').filter({ hasText: 'from-the-web' })
    await row.getByText('RUNNING').waitFor()
    await row.getByRole('button', { name: 'Run code' }).click()
    await page.getByRole('textbox').last().waitFor()
    await page.getByRole('button', { name: /^Run \(/ }).click()
    await page.locator('pre').getByText('hello world').waitFor()
    await page.getByText('exit code 0').waitFor()
    const picture = await page.screenshot({ path: home.at('web.png') })
    expect(picture.byteLength).toBeGreaterThan(5_000)
    await row.getByRole('button', { name: 'End' }).click()
    await row.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Log out' }).click()
    await page.getByLabel('E-mail').waitFor()
    expect(troubles).toEqual([])
  })

  test('a second up on the same data says who holds it', async () => {
    const others = await placement()
    const { code, stderr } = await runProduct(['up', ...backend.args], {
      env: { ...settings, ...others },
      cwd: home.path,
    })
    expect(code).toBe(1)
    expect(stderr).toContain(`${up.pid}`)
    expect(stderr).toContain(home.at('data'))
    expect(isAlive(up.pid)).toBe(true)
    expect(await cli(RUN)).toMatchObject({ code: 0 })
  })

  test('Ctrl-C keeps kernels running, and the next up finds them and their variables', async () => {
    expect(await cli(['start', '--name', 'survivor', 'python'])).toMatchObject({ code: 0 })
    expect(await cli(['run', '--name', 'survivor', '-c', 'kept = 41', 'python'])).toMatchObject({ code: 0 })
    const before = new Set((await leftoversOf(home.path, backend.host)).map(({ what }) => what))
    up.kill('SIGINT')
    expect(await up.exited).toBe(0)
    expect(up.output()).toContain('sessions keep running')
    expect(isAlive(up.pid)).toBe(false)
    const kept = (await leftoversOf(home.path, backend.host)).map(({ what }) => what)
    expect(kept.length).toBeGreaterThan(0)
    for (const what of kept) expect(before).toContain(what)

    const seconds = await start()
    console.log(`the second up of ${name} was ready after ${seconds.toFixed(2)} s`)
    expect(up.output()).not.toContain('Password')
    const listed = await cli(['--json', 'ps'])
    expect(listed.stdout).toContain('survivor')
    expect(listed.stdout).toContain('RUNNING')
    const answer = await cli(['run', '--name', 'survivor', '-c', 'print(kept + 1)', 'python'])
    expect(answer).toMatchObject({ code: 0, stdout: '42\n' })
  })

  test('a killed up is followed by one that finds the same', async () => {
    up.kill('SIGKILL')
    await up.exited
    await start()
    const answer = await cli(['run', '--name', 'survivor', '-c', 'print(kept + 2)', 'python'])
    expect(answer).toMatchObject({ code: 0, stdout: '43\n' })
  })

  test('--drain ends the sessions', async () => {
    up.kill('SIGINT')
    await up.exited
    await start(['--drain'])
    up.kill('SIGINT')
    expect(await up.exited).toBe(0)
    await until(() => processesOf(home.path).length === 0)
    expect((await leftoversOf(home.path, backend.host)).map(({ what }) => what)).toEqual([])
    await start()
    expect((await cli(['--json', 'ps'])).stdout).not.toContain('survivor')
  })
})
