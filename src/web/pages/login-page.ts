import { login } from '../api/login.ts'
import { element, field } from '../parts/element.ts'

/** Asks for e-mail and password; `onDone` runs once the server has accepted them. */
export function loginPage(onDone: () => void): HTMLElement {
  const email = element('input', { type: 'email', autocomplete: 'username', required: true })
  const password = element('input', { type: 'password', autocomplete: 'current-password', required: true })
  const button = element('button', { className: 'main', textContent: 'Log in' })
  const failure = element('p', { className: 'error', role: 'alert' })
  const form = element(
    'form',
    { className: 'card' },
    element('h2', { textContent: 'Log in to Backend.AI' }),
    field('E-mail', email),
    field('Password', password),
    button,
    failure,
    element('p', {
      className: 'hint',
      textContent: 'The first start of the cluster printed the administrator’s password.',
    }),
  )
  form.onsubmit = async (event) => {
    event.preventDefault()
    button.disabled = true
    failure.textContent = ''
    try {
      await login(email.value, password.value)
      onDone()
    } catch (error) {
      failure.textContent = error instanceof Error ? error.message : String(error)
      password.select()
    } finally {
      button.disabled = false
    }
  }
  queueMicrotask(() => email.focus())
  return element('div', { className: 'login' }, form)
}
