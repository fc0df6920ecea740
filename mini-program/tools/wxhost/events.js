/** Events as WeChat hands them over: plain data, with the value of what was typed or turned. */
import * as engine from 'glass-easel'

const TYPED = ['input', 'change', 'focus', 'blur', 'confirm']
const place = (target) =>
  target && { id: target.id || '', dataset: { ...target.dataset }, offsetLeft: 0, offsetTop: 0 }

function detailOf(event) {
  const element = event.currentTarget?.$$
  const isTold = event.detail && typeof event.detail === 'object' && 'value' in event.detail
  if (!element || isTold || !TYPED.includes(event.type)) return event.detail
  const field = element.matches('input, textarea') ? element : element.querySelector('input, textarea')
  return field ? { value: field.type === 'checkbox' ? field.checked : field.value } : event.detail
}

/** Let every handler of the app get such an event. */
export function handOverPlainEvents() {
  const find = engine.Component.getMethod
  engine.Component.getMethod = (component, name) => {
    const handler = find.call(engine.Component, component, name)
    if (!handler) return handler
    return function handle(event, ...more) {
      if (!(event instanceof engine.Event)) return handler.call(this, event, ...more)
      const { type, timeStamp, mark } = event
      const [target, currentTarget] = [place(event.target), place(event.currentTarget)]
      return handler.call(this, { type, timeStamp, mark, target, currentTarget, detail: detailOf(event), touches: [], changedTouches: [] }, ...more)
    }
  }
}

/** Built-in components that are more than a box: a picture, a switch. */
export function fillBuiltIns(stage) {
  const fill = () => {
    for (const image of stage.querySelectorAll('image')) {
      const source = image.getAttribute('src')
      const shown = image.querySelector('img') ?? image.appendChild(document.createElement('img'))
      if (source && shown.getAttribute('src') !== source) shown.src = source
    }
    for (const one of stage.querySelectorAll('switch:not(:has(input))'))
      one.appendChild(Object.assign(document.createElement('input'), { type: 'checkbox' }))
  }
  new MutationObserver(fill).observe(stage, { childList: true, subtree: true, attributes: true, attributeFilter: ['src'] })
}
