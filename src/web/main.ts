import { isLoggedIn } from './api/login.ts'
import { loginPage } from './pages/login-page.ts'
import { sessionsPage } from './pages/sessions-page.ts'

const app = document.getElementById('app')

function show(page: HTMLElement): void {
  app?.replaceChildren(page)
}

const showLogin = (): void => show(loginPage(showSessions))
const showSessions = (): void => show(sessionsPage(showLogin))

isLoggedIn().then(
  (yes) => (yes ? showSessions() : showLogin()),
  () => app?.replaceChildren('The server does not answer; reload the page to try again.'),
)
