/** Ask before something that cannot be undone; the question names what will happen. */
export function confirmed({ title, content }: { title: string; content: string }): Promise<boolean> {
  return new Promise((resolve) => {
    uni.showModal({ title, content, success: ({ confirm }) => resolve(confirm), fail: () => resolve(false) })
  })
}
