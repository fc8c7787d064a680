/** The least that answers HTTP: what `boot` is compared with. `empty-server PORT` */
Bun.serve({ port: Number(process.argv[2]), hostname: '127.0.0.1', fetch: () => new Response('{}') })
