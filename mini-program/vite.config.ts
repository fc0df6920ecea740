import { fileURLToPath } from 'node:url'

import uni from '@dcloudio/vite-plugin-uni'
import { defineConfig, type Plugin } from 'vite'

// One source, two shells: what differs between them stands behind '@platform' (frontend decisions, docs/decisions).
const platform = process.env.UNI_PLATFORM ?? 'h5'
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** uni-app's own style sheet draws a shadow with a picture from its maker's server; a shop asks nobody else. */
const withoutForeignPictures: Plugin = {
  name: 'without-foreign-pictures',
  enforce: 'post',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'asset' && typeof file.source === 'string')
        file.source = file.source.replace(/url\(["']?https?:\/\/[^)]*\)/g, 'none')
    }
  },
}

export default defineConfig({
  plugins: [uni(), withoutForeignPictures],
  resolve: { alias: { '@platform': here(`./src/platform/${platform}/index.ts`) } },
  // For work on the pages: the dev server hands the API's paths to the running local world.
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/shop', '/distributor', '/media'].map((path) => [path, process.env.FENXIAO_API_URL ?? 'http://127.0.0.1:8800']),
    ),
  },
})
