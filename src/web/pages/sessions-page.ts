import { logout } from '../api/login.ts'
import {
  endSession,
  images,
  liveSessions,
  type SessionRow,
  sessionLogs,
  startSession,
  watchSessions,
} from '../api/sessions.ts'
import { element } from '../parts/element.ts'
import { runCard } from './run-card.ts'

/** My sessions: start one, run code in it, read its log, end it. Kept fresh by the event stream. */
export function sessionsPage(onLogout: () => void): HTMLElement {
  const failure = element('p', { className: 'error', role: 'alert' })
  const body = element('tbody')
  const work = element('div')
  const attempt = async (action: () => Promise<unknown>) => {
    failure.textContent = ''
    try {
      await action()
    } catch (error) {
      failure.textContent = error instanceof Error ? error.message : String(error)
    }
  }

  const refresh = () =>
    attempt(async () => {
      const rows = await liveSessions()
      body.replaceChildren(...(rows.length > 0 ? rows.map(row) : [emptyRow()]))
    })

  const row = (session: SessionRow): HTMLElement =>
    element(
      'tr',
      {},
      element('td', { textContent: session.name }),
      element('td', { className: 'wide', textContent: session.image.split('/').at(-1) ?? '' }),
      element('td', {
        className: `status ${session.status}`,
        textContent: session.status,
        title: session.status_info ?? '',
      }),
      element('td', { className: 'wide', textContent: new Date(session.created_at).toLocaleString() }),
      element('td', { className: 'actions' }, ...actions(session)),
    )

  const actions = ({ name, status }: SessionRow): HTMLElement[] => {
    const show = (card: HTMLElement) => work.replaceChildren(card)
    const run = element('button', {
      textContent: 'Run code',
      disabled: status !== 'RUNNING',
      onclick: () => show(runCard(name, () => work.replaceChildren())),
    })
    const logs = element('button', {
      textContent: 'Log',
      onclick: () => void attempt(async () => show(logCard(name, await sessionLogs(name)))),
    })
    const end = element('button', {
      textContent: 'End',
      onclick: () => void attempt(() => endSession(name, status !== 'RUNNING').then(refresh)),
    })
    return [run, ' ', logs, ' ', end].map((part) =>
      typeof part === 'string' ? element('span', { textContent: part }) : part,
    )
  }

  const stopWatching = watchSessions(() => void refresh())
  const leave = element('button', {
    textContent: 'Log out',
    onclick: () =>
      void attempt(async () => {
        stopWatching()
        await logout()
        onLogout()
      }),
  })
  const columns = ['Name', 'Image', 'Status', 'Started', ''].map((name) =>
    element('th', { textContent: name, className: name === 'Image' || name === 'Started' ? 'wide' : '' }),
  )
  void refresh()
  return element(
    'div',
    {},
    element(
      'header',
      {},
      element('img', { src: '/icon.svg', alt: '' }),
      element('h1', { textContent: 'Backend.AI' }),
      leave,
    ),
    failure,
    launcher(attempt, refresh),
    element(
      'section',
      { className: 'card' },
      element('h2', { textContent: 'Sessions' }),
      element('table', {}, element('thead', {}, element('tr', {}, ...columns)), body),
    ),
    work,
  )
}

function launcher(
  attempt: (action: () => Promise<unknown>) => Promise<void>,
  refresh: () => Promise<void>,
): HTMLElement {
  const image = element('select', { ariaLabel: 'Image' })
  const name = element('input', {
    placeholder: 'name (optional)',
    ariaLabel: 'Session name',
    pattern: '\\w[\\w.\\-]{2,62}\\w',
  })
  const start = element('button', { className: 'main', textContent: 'Start a session', disabled: true })
  void attempt(async () => {
    const names = await images()
    image.replaceChildren(...names.map((value) => element('option', { value, textContent: value })))
    start.disabled = names.length === 0
  })
  start.onclick = () =>
    void attempt(async () => {
      if (!name.reportValidity()) return
      start.disabled = true
      try {
        await startSession(image.value, name.value || `web-${crypto.randomUUID().slice(0, 8)}`)
        name.value = ''
        await refresh()
      } finally {
        start.disabled = false
      }
    })
  image.className = 'grow'
  name.className = 'grow'
  return element('section', { className: 'card' }, element('div', { className: 'row' }, image, name, start))
}

const logCard = (name: string, text: string): HTMLElement =>
  element(
    'section',
    { className: 'card' },
    element('h2', { textContent: `Log of ${name}` }),
    element('pre', { textContent: text || 'Nothing was written yet.' }),
  )

const emptyRow = (): HTMLElement =>
  element(
    'tr',
    {},
    element('td', { colSpan: 5, className: 'hint', textContent: 'No session runs. Start one above.' }),
  )
