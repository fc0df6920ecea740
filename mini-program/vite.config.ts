import { fileURLToPath } from 'node:url'

import uni from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// One source, two shells: what differs between them stands behind '@platform' (frontend decisions, docs/decisions).
const platform = process.env.UNI_PLATFORM ?? 'h5'
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [uni()],
  resolve: { alias: { '@platform': here(`./src/platform/${platform}/index.ts`) } },
  // For work on the pages: the dev server hands the API's paths to the running local world.
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/shop', '/distributor', '/media'].map((path) => [path, process.env.FENXIAO_API_URL ?? 'http://127.0.0.1:8800']),
    ),
  },
})
