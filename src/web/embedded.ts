import { bundleForBrowser } from './bundle.ts' with { type: 'macro' }
import icon from './icon.svg' with { type: 'text' }
import page from './index.html' with { type: 'text' }
import style from './style.css' with { type: 'text' }

const script: string = bundleForBrowser()

const FILES: Record<string, readonly [content: string, type: string]> = {
  '/': [page as unknown as string, 'text/html; charset=utf-8'],
  '/app.js': [script, 'text/javascript; charset=utf-8'],
  '/style.css': [style, 'text/css; charset=utf-8'],
  '/icon.svg': [icon, 'image/svg+xml'],
}

/** Only our own files may run or be embedded; nothing is loaded from elsewhere. */
const CONTENT_POLICY =
  "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

/** The browser application: one page with its script and style; null for other paths. */
export async function pageFiles(path: string): Promise<Response | null> {
  const found = FILES[path]
  if (!found) return null
  const [content, type] = found
  return new Response(content, {
    headers: {
      'content-type': type,
      'cache-control': 'no-cache',
      'content-security-policy': CONTENT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    },
  })
}
