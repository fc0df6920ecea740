/** The framework's page hooks in unit tests: called when a test says so. */
type Hook = (...given: never[]) => unknown

export const hooks: Record<string, Hook[]> = {}

function hook(name: string) {
  return (run: Hook) => {
    ;(hooks[name] ??= []).push(run)
  }
}

export const onLaunch = hook('onLaunch')
export const onShow = hook('onShow')
export const onHide = hook('onHide')
export const onLoad = hook('onLoad')
export const onUnload = hook('onUnload')
export const onReachBottom = hook('onReachBottom')
export const onPullDownRefresh = hook('onPullDownRefresh')
export const onShareAppMessage = hook('onShareAppMessage')
