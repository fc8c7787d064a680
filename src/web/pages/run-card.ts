import { type ExecuteFrame, execute } from '../api/sessions.ts'
import { element } from '../parts/element.ts'

/** Runs snippets in one session and shows what comes back; variables live on between runs. */
export function runCard(session: string, onClose: () => void): HTMLElement {
  const code = element('textarea', { rows: 5, spellcheck: false, value: 'print("hello world")' })
  const output = element('pre', { textContent: '' })
  const run = element('button', { className: 'main', textContent: 'Run (Ctrl+Enter)' })
  const close = element('button', { textContent: 'Close', onclick: onClose })
  const answer = element('input', { placeholder: 'The program asks for input', hidden: true })
  const result = element('span', { className: 'hint' })

  const show = (text: string, className = '') => {
    output.append(element('span', { className, textContent: text }))
    output.scrollTop = output.scrollHeight
  }

  const take = (frame: ExecuteFrame) => {
    for (const [type, data] of frame.console ?? []) {
      if (type === 'media') showMedia(output, data as unknown as [string, string])
      else show(String(data), type === 'stderr' ? 'error' : '')
    }
    answer.hidden = frame.status !== 'waiting-input'
    answer.type = frame.options?.is_password ? 'password' : 'text'
    if (!answer.hidden) answer.focus()
    if (frame.status === 'finished') result.textContent = `exit code ${frame.exitCode ?? 0}`
  }

  const start = () => {
    output.replaceChildren()
    result.textContent = 'running…'
    run.disabled = true
    const socket = execute(session, code.value, take)
    answer.onkeydown = (event) => {
      if (event.key !== 'Enter') return
      socket.send(answer.value)
      answer.value = ''
      answer.hidden = true
    }
    socket.onclose = () => {
      run.disabled = false
      if (result.textContent === 'running…')
        result.textContent = 'The connection ended before the program did.'
    }
  }
  run.onclick = start
  code.onkeydown = (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !run.disabled) start()
  }
  queueMicrotask(() => code.focus())
  return element(
    'section',
    { className: 'card' },
    element('h2', { textContent: `Run in ${session}` }),
    code,
    element('div', { className: 'row' }, run, close, result),
    answer,
    output,
  )
}

function showMedia(output: HTMLElement, [mime, data]: [string, string]): void {
  const source = data.startsWith('data:') ? data : `data:${mime};utf8,${encodeURIComponent(data)}`
  output.append(element('img', { src: source, alt: `output of type ${mime}` }))
}
