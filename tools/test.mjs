// `npm test [KIND…]`: installs what is missing, runs the kinds in order, ends with `N passed, N failed`.
import { spawn } from 'node:child_process'
import { countResults } from './count-results.mjs'
import { isWritten, SUITES } from './suites.mjs'
import { installNeeds } from './test-needs.mjs'
import { bunBinary, dependenciesAreCurrent, Failure, fail, installDependencies, root } from './toolchain.mjs'

const CI = process.env.CI === 'true'
const total = { passed: 0, failed: 0, skipped: 0 }
const notes = []

/** `compat routes graphql`: of that kind only these parts, at their full length. */
function chosenParts([kind, ...parts]) {
  const suite = SUITES.find(({ name }) => name === kind)
  const known = suite?.parts?.() ?? []
  const wrong = parts.filter((part) => !known.includes(part))
  if (wrong.length > 0 && parts.length > wrong.length)
    throw new Failure(`no part "${wrong[0]}" of ${kind}; there are ${known.join(', ')}`, 2)
  if (parts.length === 0 || wrong.length > 0) return null
  process.env.COMPAT_FULL = '1'
  return [{ ...suite, args: () => suite.args(parts) }]
}

function chosenSuites(names) {
  if (names.length === 0) return SUITES
  const parts = chosenParts(names)
  if (parts) return parts
  return names.map((name) => {
    const suite = SUITES.find((one) => one.name === name)
    if (suite) return suite
    throw new Failure(`no kind of tests "${name}"; there are ${SUITES.map((one) => one.name).join(', ')}`, 2)
  })
}

/** Runs one suite, showing its output as it comes; past its limit it is ended with all its children. */
function runSuite(bun, suite) {
  return new Promise((resolve) => {
    const child = spawn(bun, suite.args(), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let output = ''
    const take = (stream) => (chunk) => {
      output += chunk
      stream.write(chunk)
    }
    child.stdout.setEncoding('utf8').on('data', take(process.stdout))
    child.stderr.setEncoding('utf8').on('data', take(process.stderr))
    const endGroup = (signal) => {
      try {
        process.kill(-child.pid, signal)
      } catch {
        // The group is gone already.
      }
    }
    const timer = setTimeout(() => {
      notes.push(`${suite.name}: ended after ${suite.limit / 60_000} minutes`)
      endGroup('SIGKILL')
    }, suite.limit)
    const interrupted = () => {
      endGroup('SIGTERM')
      process.exitCode = 130
    }
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
    child.on('error', (error) => resolve({ output: String(error), end: 1 }))
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
      // What it started and left behind must not hold our pipes open.
      setTimeout(() => resolve({ output, end: signal ?? code }), 100)
    })
  })
}

function add(name, counts) {
  for (const key of Object.keys(total)) total[key] += counts[key]
  if (counts.failed > 0) notes.push(`${name}: ${counts.failed} failed`)
}

/** A suite that cannot run is never silent, and in CI it is a failure. */
function cannotRun(name, why) {
  notes.push(`${name} did not run: ${why}`)
  add(name, CI ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 })
}

async function main() {
  const suites = chosenSuites(process.argv.slice(2))
  if (!dependenciesAreCurrent()) {
    console.log('· Installing dependencies with npm')
    await installDependencies()
  }
  const bun = bunBinary()
  const problems = await installNeeds([...new Set(suites.flatMap((suite) => suite.needs))])
  for (const suite of suites) {
    if (process.exitCode === 130) break
    console.log(`\n== ${suite.name}`)
    const lacking = suite.needs.filter((need) => problems.has(need)).map((need) => problems.get(need))
    if (lacking.length > 0) {
      cannotRun(suite.name, lacking.join('; '))
      continue
    }
    if (!isWritten(suite)) {
      notes.push(`${suite.name}: there are no tests of this kind`)
      add(suite.name, { passed: 0, failed: 1, skipped: 0 })
      continue
    }
    const { output, end } = await runSuite(bun, suite)
    add(suite.name, countResults(suite.reads, output, end))
  }
  if (notes.length > 0) console.log(`\n${notes.join('\n')}`)
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`)
  process.exitCode ??= total.failed > 0 ? 1 : 0
}

main().catch((error) => {
  console.log('\n0 passed, 1 failed')
  fail(error)
})
