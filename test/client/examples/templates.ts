/** Kept parameters of sessions, and a session by them. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const document = `
api_version: v1
kind: taskTemplate
metadata:
  name: small-python
  tag: example
spec:
  kernel:
    image: python
    environ:
      GREETING: hello
  resources:
    cpu: '1'
    mem: 256m
  sessionType: interactive
`
const [template] = await client.sessionTemplates.create(document)
if (!template) throw new Error('nothing was kept')
try {
  const session = await client.sessions.createFromTemplate(template.id, { name: 'by-template' })
  const info = await client.sessions.info(session.sessionId)
  console.log(session.sessionName, session.status, info.tag)
  await client.sessions.destroy(session.sessionId)
} finally {
  await client.sessionTemplates.delete(template.id)
}
