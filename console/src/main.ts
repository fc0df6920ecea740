import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-message.css'
import 'element-plus/theme-chalk/el-message-box.css'
import './look.css'

import { ElMessage } from 'element-plus'
import { createApp } from 'vue'

import { Refusal } from './api/http'
import App from './App.vue'
import { router } from './router'

/** A refusal that no page dealt with is still told. */
function told(failure: unknown): boolean {
  if (failure instanceof Refusal) ElMessage.error({ message: `${failure.title}：${failure.detail}`, duration: 6000 })
  return failure instanceof Refusal
}
window.addEventListener('unhandledrejection', (event) => told(event.reason) && event.preventDefault())

const app = createApp(App)
app.config.errorHandler = (failure) => {
  if (!told(failure)) throw failure
}
app.use(router).mount('#app')
