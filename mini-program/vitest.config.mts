import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const platform = process.env.UNI_PLATFORM ?? 'h5'
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const BUILT_IN = ['view', 'text', 'image', 'swiper', 'swiper-item', 'scroll-view', 'block', 'picker', 'picker-view', 'picker-view-column', 'navigator', 'switch', 'rich-text']

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => BUILT_IN.includes(tag) } } })],
  resolve: {
    alias: {
      '@platform': here(`./src/platform/${platform}/index.ts`),
      '@dcloudio/uni-app': here('./test/uni-app.ts'),
      '@': here('./src'),
    },
  },
  // One environment for all files: making jsdom is most of the time they take.
  test: { environment: 'jsdom', pool: 'threads', poolOptions: { threads: { singleThread: true } }, isolate: false, setupFiles: ['./test/setup.ts'], include: ['test/**/*.test.ts'] },
})
