import { fileURLToPath } from 'node:url'

import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'

const api = process.env.FENXIAO_API_URL ?? 'http://127.0.0.1:8800'

export default defineConfig({
  base: './',
  plugins: [vue(), Components({ resolvers: [ElementPlusResolver()], dirs: ['src/parts', 'src/crud', 'src/form'], dts: 'src/components.d.ts' })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/console': api, '/media': api } },
})
