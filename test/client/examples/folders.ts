/** A folder: made, filled, used by a session, read, deleted. */
import { createClient } from 'backendai/client'

const client = createClient({
  endpoint: process.env.BACKEND_ENDPOINT ?? 'http://127.0.0.1:8081',
  accessKey: process.env.BACKEND_ACCESS_KEY ?? '',
  secretKey: process.env.BACKEND_SECRET_KEY ?? '',
})

const folder = await client.vfolders.create({ name: 'example-data' })
console.log(folder.name, folder.permission)
try {
  await client.vfolders.mkdir(folder.name, 'sets/raw', { parents: true })
  await client.vfolders.upload(folder.name, 'sets/raw/train.csv', new Blob(['a,b\n1,2\n']), {
    onProgress: (done, total) => console.log(`uploaded ${done} of ${total} bytes`),
  })
  for (const file of await client.vfolders.listFiles(folder.name, 'sets/raw'))
    console.log(file.name, file.size)
  const { chunks } = await client.vfolders.download(folder.name, 'sets/raw/train.csv')
  const decoder = new TextDecoder()
  for await (const chunk of chunks) process.stdout.write(decoder.decode(chunk, { stream: true }))
  await client.vfolders.deleteFiles(folder.name, ['sets'], { recursive: true })
} finally {
  await client.vfolders.delete(folder.name)
}
