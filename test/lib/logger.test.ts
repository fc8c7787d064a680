import { expect, test } from 'bun:test'
import { createLogger } from '../../src/lib/logger.ts'

test('an error is logged under its own name, whatever its class is called in the executable', () => {
  const lines: string[] = []
  const log = createLogger({ level: 'info', write: (line) => lines.push(line) })
  class $t extends Error {
    override readonly name = 'AgentCallError'
  }
  log.warn({ err: new $t('one'), error: new $t('two') }, 'both')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: { type: 'AgentCallError', message: 'one' },
    error: { type: 'AgentCallError', message: 'two' },
  })
  log.warn({ err: 'text', error: { name: 'E', message: 'm' } }, 'neither')
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ err: 'text', error: { name: 'E', message: 'm' } })
})
